"""The exercises of chapter 14, on many machines."""

import numpy as np

from ..asking import Case, Exercise, Function, Mistake, Values

RNG = np.random.default_rng(14)

# --- 14.1 --------------------------------------------------------------------------------------


def one_step():
    mean = (2 * 6 + 6 * 2) / (2 + 6)  # sums, and then one division
    return 10 - 0.5 * mean


ONE_STEP = Exercise(
    id="14.1",
    title="Two digits here, six there",
    asks="by hand",
    starter="answer = None",
    answer=Values(8.5),
    mistakes={
        "mean of means": Mistake(
            "The mean of the two means was taken. Then two digits weigh as much as six. How much "
            "do the gradients of each machine add up to?",
            8,
        ),
        "sum of means": Mistake(
            "If the two means were added up: what may be added up are the sums, which are divided "
            "afterwards, by the number of digits. If their mean was taken off: the rate is "
            "missing, and two digits weigh as much as six.",
            6,
        ),
        "the sum": Mistake(
            "The sum over the mini-batch was taken off. The step wants the mean gradient, so the "
            "sum is divided by the number of digits.",
            -2,
        ),
        "by the number of machines": Mistake(
            "The sum is right, but it was divided by the number of machines. The mean is taken "
            "over digits.",
            4,
        ),
        "weights exchanged": Mistake(
            "The means have been weighted the wrong way round: the mean 6 belongs to two digits, "
            "the mean 2 to six.",
            7.5,
        ),
        "uphill": Mistake("The mean is right, and the step goes uphill: it is taken off.", 11.5),
        "rate left out": Mistake(
            "If all of the mean over the eight digits was taken off, the rate is missing. If half "
            "of 6 was, machine 1 is.",
            7,
        ),
        "the mean gradient": Mistake(
            "That is the mean gradient. What is asked for is p after the step.", 3
        ),
    },
    hints=(
        "What would each machine have sent if it had sent its sum?",
        "The sums are 12 and 12, over eight digits in all.",
        "10 - 0.5·(12 + 12)/8",
    ),
    why="A mean without its count is worth nothing to whoever has to put it together with others. "
    "That holds for gradients, for costs and for accuracies.",
    solution=one_step,
)

# --- 14.2 --------------------------------------------------------------------------------------


def step(p, shards, rate):
    total = sum(shard.sum(axis=0) for shard in shards)
    count = sum(len(shard) for shard in shards)
    return p - rate * total / count


def _total(shards):
    return sum(shard.sum(axis=0) for shard in shards)


def _shards(*counts, shape=()):
    return [RNG.standard_normal((count, *shape)) for count in counts]


BROKEN = """
def step(p, shards, rate):
    means = [shard.mean(axis=0) for shard in shards]
    return p - rate * np.mean(means, axis=0)
""".strip()

PENCIL = [np.array([[3.0, 1], [-1, 0], [2, 5]]), np.array([[4.0, -2]])]

STEP = Exercise(
    id="14.2",
    title="The mean of means",
    asks="debug",
    starter=BROKEN,
    answer=Function(
        lambda p, shards, rate: p - rate * np.concatenate(shards).mean(axis=0),
        [
            Case(
                "three digits on one machine and one on the other", np.array([2.0, 3]), PENCIL, 0.5
            ),
            Case(
                "a filter, and 4, 2 and 6 digits",
                RNG.standard_normal((2, 3)),
                _shards(4, 2, 6, shape=(2, 3)),
                0.1,
            ),
            Case(
                "five numbers, and 1, 7 and 3 digits", np.ones(5), _shards(1, 7, 3, shape=(5,)), 2
            ),
        ],
    ),
    mistakes={
        "mean of means": Mistake(
            "Written otherwise, and still the mean of means: where one machine has three digits "
            "and another has one, each of the three should weigh as much as the one.",
            lambda p, shards, rate: p - rate * sum(s.mean(axis=0) for s in shards) / len(shards),
        ),
        "the sum": Mistake(
            "The sums are added up, as they should be, and then not divided. The rate is meant for "
            "the mean over all digits.",
            lambda p, shards, rate: p - rate * _total(shards),
        ),
        "by the number of machines": Mistake(
            "The sums are added up, and then divided by the number of shards. A mean over digits "
            "is divided by the number of digits.",
            lambda p, shards, rate: p - rate * _total(shards) / len(shards),
        ),
        "sum of means": Mistake(
            "The means are added up: a whole step for each machine. The mini-batch is one, and "
            "so is the step, whatever the number of machines.",
            lambda p, shards, rate: p - rate * sum(s.mean(axis=0) for s in shards),
        ),
        "the mean taken twice": Mistake(
            "The means of the shards were divided by the number of digits once more: each of them "
            "has been divided by its own already.",
            lambda p, shards, rate: (
                p - rate * sum(s.mean(axis=0) for s in shards) / sum(len(s) for s in shards)
            ),
        ),
        "the first shard's count": Mistake(
            "The sum of all was divided by the digits of the first shard. Count those of the "
            "others too.",
            lambda p, shards, rate: p - rate * _total(shards) / len(shards[0]),
        ),
        "the last shard's count": Mistake(
            "The sum of all was divided by the digits of the last shard. Count those of the "
            "others too.",
            lambda p, shards, rate: p - rate * _total(shards) / len(shards[-1]),
        ),
        "the last shard alone": Mistake(
            "Only the last shard is in it. Each shard has to add to what was there before it.",
            lambda p, shards, rate: p - rate * shards[-1].mean(axis=0),
        ),
        "uphill": Mistake(
            "The mean is that over all digits now. But the step goes uphill: it is taken off.",
            lambda p, shards, rate: p + rate * np.concatenate(shards).mean(axis=0),
        ),
        "the step alone": Mistake(
            "That is what has to be taken off. Taken off what? p is missing.",
            lambda p, shards, rate: rate * np.concatenate(shards).mean(axis=0),
        ),
        "entries for digits": Mistake(
            "The sum was divided by the number of entries. A shard's len is the number of its "
            "digits; its size counts every parameter of every digit.",
            lambda p, shards, rate: p - rate * _total(shards) / sum(s.size for s in shards),
        ),
        "all axes summed": Mistake(
            "The gradients of all parameters were added up into one number. The sum runs over "
            "digits alone, axis 0.",
            lambda p, shards, rate: (
                p - rate * np.concatenate(shards).sum() / sum(len(s) for s in shards)
            ),
        ),
        "all axes": Mistake(
            "One number was made of all digits and all parameters. The sum runs over digits "
            "alone, axis 0, and each parameter keeps its own.",
            lambda p, shards, rate: p - rate * np.concatenate(shards).mean(),
        ),
    },
    hints=(
        "What should each shard send in place of its mean?",
        "The sums of the shards are added up. By how many is the result to be divided?",
        "total = sum(shard.sum(axis=0) for shard in shards), and divide by the sum of their "
        "lengths.",
    ),
    why="With as many digits on each machine it is right, and a test with two whole shards of "
    "2,000 lets it pass. But a mini-batch is drawn at random, and falls unevenly on the shards as "
    "a rule.",
    solution=step,
)

# --- 14.3 --------------------------------------------------------------------------------------


def dealt(digits, fast, slow):
    """The time is the same for both: fast * mine = slow * (digits - mine)."""
    mine = digits * slow / (fast + slow)
    return mine, digits - mine


def _lasting(digits, fast, slow):
    """How the digits are dealt, found by halving: more to the one who is ready first."""
    low, high = 0.0, float(digits)
    for _ in range(200):
        middle = (low + high) / 2
        ready_first = fast * middle < slow * (digits - middle)
        low, high = (middle, high) if ready_first else (low, middle)
    return low, digits - low


DEALT = Exercise(
    id="14.3",
    title="A slow machine and a fast one",
    asks="derive",
    starter="def dealt(digits, fast, slow):\n    return ...",
    answer=Function(
        _lasting,
        [
            Case("900 digits at 3 and 6 µs", 900, 3.0, 6.0),
            Case("1000 digits at 3 and 5 µs", 1000, 3.0, 5.0),
            Case("4000 digits at 2 and 50 µs", 4000, 2.0, 50.0),
            Case("64 digits at 7 µs on both", 64, 7.0, 7.0),
        ],
        parts=("the fast machine's number", "the slow machine's number"),
    ),
    mistakes={
        "exchanged": Mistake(
            "The slow machine has been given more than the fast one. Which of them will wait for "
            "the other?",
            lambda digits, fast, slow: (
                digits * fast / (fast + slow),
                digits * slow / (fast + slow),
            ),
        ),
        "halves": Mistake(
            "Half each: then the fast machine waits until the slow one is ready, each time.",
            lambda digits, fast, slow: (digits / 2, digits / 2),
        ),
        "a ratio for a share": Mistake(
            "fast / slow is the number of digits of the slow machine for each digit of the fast "
            "one. Its share of all digits is smaller. (Of two equal machines one would get all.)",
            lambda digits, fast, slow: (
                digits - digits * fast / slow,
                digits * fast / slow,
            ),
        ),
        "shares": Mistake(
            "Those are shares, which add up to 1. Digits are asked for.",
            lambda digits, fast, slow: (slow / (fast + slow), fast / (fast + slow)),
        ),
        "times": Mistake(
            "That is how long the two take, and it is the same for both, as it should be. How "
            "many digits does each of them get?",
            lambda digits, fast, slow: (digits * fast * slow / (fast + slow),) * 2,
        ),
        "squares": Mistake(
            "The difference between the two counts twice here: the share of each goes with the "
            "other's time, not with its square.",
            lambda digits, fast, slow: (
                digits * slow**2 / (fast**2 + slow**2),
                digits * fast**2 / (fast**2 + slow**2),
            ),
        ),
        "whole numbers": Mistake(
            "Rounded down to whole digits, and some digit may be dealt to nobody. Leave the "
            "fractions: the formula is asked for.",
            lambda digits, fast, slow: (
                digits * slow // (fast + slow),
                digits * fast // (fast + slow),
            ),
        ),
    },
    hints=(
        "Neither waits if both are ready at the same time. How long does the fast one take for n "
        "digits, and the slow one for the rest?",
        "fast · n = slow · (digits - n). Solve for n.",
        "n is digits · slow / (fast + slow), and the slow machine gets what is left.",
    ),
    why="The time is then digits · fast · slow / (fast + slow): with the help of a "
    "machine half as fast, two thirds of what the fast one takes alone. And the shards are of "
    "unequal size then, which is one more reason to send sums.",
    solution=dealt,
)

# --- 14.4 --------------------------------------------------------------------------------------


def on_the_way():
    bytes_moved = 29_330 * 8 * 10 * 2  # out to each machine, and back from each
    megabytes, milliseconds = bytes_moved / 1e6, bytes_moved / 100e6 * 1e3
    return [megabytes, milliseconds, megabytes]  # however many digits there are


ON_THE_WAY = Exercise(
    id="14.4",
    title="What is on the way",
    asks="predict",
    starter="answer = [..., ..., ...]",
    # Whoever goes on from 4.7 comes to 47.
    answer=Values([4.6928, 46.928, 4.6928], within=0.08),
    mistakes={
        "half": Mistake(
            "That is half of it. If one way was left out: as many numbers as travel out, the sums "
            "of the gradients travel back. If 4 bytes were counted: float64 has 8.",
            [2.35, 23.5, 2.35],
        ),
        "one machine": Mistake(
            "That is for one machine. Each of the ten gets all parameters, and each sends a sum "
            "for all of them.",
            [0.469, 4.69, 0.469],
        ),
        "one machine, one way": Mistake(
            "That is for one machine and one way. There are ten, and the sums have to travel back.",
            [0.235, 2.35, 0.235],
        ),
        "one way in the time": Mistake(
            "The megabytes are right. The time is that of half of them.", [4.69, 23.5, 4.69]
        ),
        "1,024": Mistake(
            "Those are megabytes of 1,024 · 1,024 bytes. Here a megabyte is a million.",
            [4.475, 44.75, 4.475],
        ),
        "bits": Mistake(
            "Bits were counted instead of bytes. A number in float64 is 8 bytes.",
            [37.54, 375.4, 37.54],
        ),
        "numbers instead of bytes": Mistake(
            "Numbers were counted instead of bytes. A number in float64 is 8 bytes.",
            [0.587, 5.87, 0.587],
        ),
        "grows with the digits": Mistake(
            "The first two are right. The third has grown with the mini-batch; but each machine "
            "sends one sum, over however many digits.",
            [4.69, 46.9, 9.39],
        ),
        "shrinks with the digits": Mistake(
            "The first two are right. The third is for half; what travels for each digit is "
            "halved, and what travels for a step stays.",
            [4.69, 46.9, 2.35],
        ),
        "the digits": Mistake(
            "Those are the images of the digits. They stay where they are: each machine holds its "
            "shard from the beginning.",
            [6.27, 62.7, 12.5],
        ),
        "seconds": Mistake(
            "The megabytes are right. The second number is in seconds.", [4.69, 0.0469, 4.69]
        ),
    },
    hints=(
        "What travels out, and what travels back? To how many machines?",
        "29,330 numbers of 8 bytes, ten machines, two ways.",
        "29,330·8·10·2 bytes; 100 MB a second are 0.1 MB in a millisecond; and does a digit "
        "travel?",
    ),
    why="That is longer than the round trip measured above: what one waits for is the network "
    "cable of the machine that all ten talk to. The machines can add up among themselves "
    "instead, in a ring or a tree.",
    solution=on_the_way,
)

EXERCISES = [ONE_STEP, STEP, DEALT, ON_THE_WAY]
