"""How far a training run is: a bar where something can move, plain lines where nothing can."""

import sys
import time


def show(total, done=0, stream=None):
    """Return a display of a run over `total` images: a `Bar`, or `Lines` when writing to a file.

    >>> import io
    >>> type(training.progress.show(30, stream=io.StringIO())).__name__
    'Lines'

    Args:
        total: images in all epochs together.
        done: images that an earlier run has already seen.
        stream: where to write; standard error when None.
    """
    stream = sys.stderr if stream is None else stream
    return Bar(total, done, stream) if _moves(stream) else Lines(total, done, stream)


class Silent:
    """The display that shows nothing.

    >>> display = training.progress.Silent()
    >>> display.images(10), display.epoch("cost 0.5"), display.close()
    (None, None, None)
    """

    def images(self, count):
        """Count the images of a mini-batch.

        >>> training.progress.Silent().images(10) is None
        True
        """

    def epoch(self, text):
        """Say how good the network is after an epoch.

        >>> training.progress.Silent().epoch("cost 0.5") is None
        True
        """

    def close(self):
        """Leave the display as it is.

        >>> training.progress.Silent().close() is None
        True
        """


class Bar(Silent):
    """A bar of tqdm, in a terminal or a notebook.

    >>> import io
    >>> display = training.progress.Bar(30, 10, io.StringIO())
    >>> display.bar.n, display.bar.total
    (10, 30)
    >>> display.close()
    """

    def __init__(self, total, done, stream):
        from tqdm.auto import tqdm

        # tqdm's own default lets its notebook bar be one; a terminal is written to as told.
        file = None if _in_notebook(stream) else stream
        self.bar = tqdm(total=total, initial=done, unit=" images", unit_scale=True, file=file)

    def images(self, count):
        """Move the bar.

        >>> import io
        >>> display = training.progress.Bar(30, 10, io.StringIO())
        >>> display.images(5)
        >>> display.bar.n
        15
        >>> display.close()
        """
        self.bar.update(count)

    def epoch(self, text):
        """Write the text beside the bar.

        >>> import io
        >>> display = training.progress.Bar(30, 10, stream := io.StringIO())
        >>> display.epoch("cost 0.5")
        >>> "cost 0.5" in stream.getvalue()
        True
        >>> display.close()
        """
        self.bar.set_postfix_str(text)

    def close(self):
        """Leave the bar as it stands.

        >>> import io
        >>> display = training.progress.Bar(30, 10, io.StringIO())
        >>> display.close()
        >>> display.bar.disable
        True
        """
        self.bar.close()


class Lines(Silent):
    """A line an epoch, for a log.

    >>> import sys
    >>> display = training.progress.Lines(30, 10, sys.stdout)
    >>> display.images(5)
    >>> display.epoch("cost 0.5")
     50 %, cost 0.5, ... images/s
    """

    def __init__(self, total, done, stream):
        self.total, self.done, self.stream = total, done, stream
        self.since, self.fresh = time.perf_counter(), 0

    def images(self, count):
        """Count.

        >>> import io
        >>> display = training.progress.Lines(30, 10, io.StringIO())
        >>> display.images(5)
        >>> display.done, display.fresh
        (15, 5)
        """
        self.done += count
        self.fresh += count

    def epoch(self, text):
        """Write a line and begin to count the next epoch's images a second.

        >>> import sys
        >>> display = training.progress.Lines(30, 10, sys.stdout)
        >>> display.epoch("cost 0.5")
         33 %, cost 0.5, 0 images/s
        """
        rate = self.fresh / (time.perf_counter() - self.since)
        percent = 100 * self.done // self.total
        print(f"{percent:3d} %, {text}, {rate:,.0f} images/s", file=self.stream, flush=True)
        self.since, self.fresh = time.perf_counter(), 0


def _in_notebook(stream):
    return type(stream).__module__.startswith("ipykernel")


def _moves(stream):
    return _in_notebook(stream) or stream.isatty()
