"""What holds for every test, of the library and of the notebooks."""

import hypothesis
import surroundings

surroundings.enter(one_thread=True)

# The same cases every time, so that a failure is the fault of a change. To search for new ones:
#     pytest --hypothesis-profile=search
hypothesis.settings.register_profile("repeat", deadline=None, derandomize=True)
hypothesis.settings.register_profile("search", deadline=None, max_examples=1000, database=None)
hypothesis.settings.load_profile("repeat")
