"""How far a training run is: a bar where something can move, plain lines where nothing can."""

import sys
import time


def show(total, done=0, stream=None):
    """Return a display of a run over `total` images: a `Bar`, or `Lines` when writing to a file.

    Args:
        total: images in all epochs together.
        done: images that an earlier run has already seen.
        stream: where to write; standard error when None.
    """
    stream = sys.stderr if stream is None else stream
    return Bar(total, done, stream) if _moves(stream) else Lines(total, done, stream)


class Silent:
    """The display that shows nothing."""

    def images(self, count):
        """Count the images of a mini-batch."""

    def epoch(self, text):
        """Say how good the network is after an epoch."""

    def close(self):
        """Leave the display as it is."""


class Bar(Silent):
    """A bar of tqdm, in a terminal or a notebook."""

    def __init__(self, total, done, stream):
        from tqdm.auto import tqdm

        # tqdm's own default lets its notebook bar be one; a terminal is written to as told.
        file = None if _in_notebook(stream) else stream
        self.bar = tqdm(total=total, initial=done, unit=" images", unit_scale=True, file=file)

    def images(self, count):
        """Move the bar."""
        self.bar.update(count)

    def epoch(self, text):
        """Write the text beside the bar."""
        self.bar.set_postfix_str(text)

    def close(self):
        """Leave the bar as it stands."""
        self.bar.close()


class Lines(Silent):
    """A line an epoch, for a log."""

    def __init__(self, total, done, stream):
        self.total, self.done, self.stream = total, done, stream
        self.since, self.fresh = time.perf_counter(), 0

    def images(self, count):
        """Count."""
        self.done += count
        self.fresh += count

    def epoch(self, text):
        """Write a line and begin to count the next epoch's images a second."""
        rate = self.fresh / (time.perf_counter() - self.since)
        percent = 100 * self.done // self.total
        print(f"{percent:3d} %, {text}, {rate:,.0f} images/s", file=self.stream, flush=True)
        self.since, self.fresh = time.perf_counter(), 0


def _in_notebook(stream):
    return type(stream).__module__.startswith("ipykernel")


def _moves(stream):
    return _in_notebook(stream) or stream.isatty()
