"""The Formgrader's page of a submission: made in a sandbox, and served where no script of it runs.

nbgrader's handler asks an exporter for a page and sends it. Here the exporter only notes what is
asked for. What a student wrote becomes a page where feedback is made, and of that page the part
with the cells is taken. Around it comes the Formgrader's own frame, which has nothing of the
student's in it. The policy that is sent along names the scripts of the frame by a word that is
drawn anew for each page, and lets no other script run.
"""

import base64
import functools
import hashlib
import html
import re
import secrets
from concurrent.futures import ThreadPoolExecutor

import nbformat
from nbconvert.exporters import HTMLExporter
from nbgrader.server_extensions.formgrader import handlers
from tornado.ioloop import IOLoop
from traitlets.config import Config

from . import clean, grading, showing

SETTINGS = {
    "template_name": "formgrade",
    "extra_template_basedirs": [handlers.template_path],
    "sanitize_html": True,
}
#: Pages that are made at the same time; each may take as much as a page of feedback.
AT_ONCE = ThreadPoolExecutor(2, thread_name_prefix="formgrader")
NOT_SHOWN = '<p class="alert alert-danger">This submission is not shown: {}.</p>'


class Asked:
    """An exporter that makes nothing, and knows what it was asked for."""

    filename = resources = None

    def from_filename(self, filename, resources=None):
        """Note what is asked for, and return an empty page."""
        self.filename, self.resources = filename, resources
        return "", resources


def protect():
    """Let the Formgrader make and send its pages of submissions in this way."""
    for handler, way in (
        (handlers.SubmissionHandler, apart),
        (handlers.SubmissionFilesHandler, dead),
    ):
        if not hasattr(handler.get, "marked_apart"):
            handler.get = way(handler.get)
            handler.get.marked_apart = True
    handlers.SubmissionHandler.exporter = None  # or each request could not set its own


def apart(get):
    """Return a way to answer a request for a submission: the page is made apart, in a sandbox."""

    @functools.wraps(get)
    async def answer(self, submission_id):
        self.exporter = Asked()
        get(self, submission_id)  # who asks, and for what; a redirection or a refusal ends here
        if (asked := self.exporter).filename:
            loop = IOLoop.current()
            status, policy, page = await loop.run_in_executor(
                AT_ONCE, page_of, asked.filename, asked.resources
            )
            self.set_status(status)
            self.set_header("Content-Security-Policy", policy)
            self.write(page)

    return answer


def dead(get):
    """Return a way to answer a request for a file beside a submission: as data, never as a page."""

    @functools.wraps(get)
    async def answer(self, *arguments, **named):
        self.set_header("Content-Security-Policy", "default-src 'none'; sandbox")
        await get(self, *arguments, **named)

    return answer


def page_of(filename, resources):
    """Return (the status, the policy, the page) that a submission is answered with."""
    try:
        status, cells = 200, cells_of(filename)
    except Exception as error:
        # Whatever went wrong: nothing of the student's is shown that did not come out of there.
        why = next(iter(str(error).splitlines()), type(error).__name__)[:300]
        status, cells = 503, NOT_SHOWN.format(html.escape(why.rstrip(".")))
    before, after = frame(resources)
    word = secrets.token_urlsafe(18)
    before, after = (with_word(part, word) for part in (before, after))
    return status, policy(word, before + after), before + cells + after


def cells_of(filename):
    """Return the HTML of the cells of a marked notebook, made in a sandbox.

    Raises:
        RuntimeError: if there is no sandbox, it made none, or what came has something in it that
            could run.
    """
    if reason := grading.not_here():
        raise RuntimeError(f"its page is made in a sandbox, and {reason}")
    notebook = nbformat.read(filename, as_version=4)
    resources = {"index": 0, "total": 1}
    asked = {"notebook": notebook, "resources": resources, "settings": SETTINGS, "cells": True}
    return clean.harmless(grading.shown(asked))


def frame(resources):
    """Return the Formgrader's page up to the cells, and what comes after them.

    It is the page of an empty notebook, without MathJax: that would be fetched from elsewhere, and
    would read all that a student wrote.
    """
    told = {k: html.escape(v) if isinstance(v, str) else v for k, v in resources.items()}
    exporter = HTMLExporter(config=Config(HTMLExporter=SETTINGS))
    page, _ = exporter.from_notebook_node(nbformat.v4.new_notebook(), resources=told)
    page = re.sub(r'<script src="https?:[^>]*>\s*</script>', "", page)
    begin, end = showing.place_of_cells(page)
    return page[:begin], page[end:]


def with_word(part, word):
    """Return a part of the frame, its scripts and styles named by a word.

    >>> with_word('<script src="a.js"></script> <b>', "xyz")
    '<script nonce="xyz" src="a.js"></script> <b>'
    """
    return re.sub(r"<(script|style|link)\b", rf'<\1 nonce="{word}"', part)


def policy(word, own):
    """Return what a browser may do on a page: run what is the frame's own, and ask this server.

    Args:
        word: the one that names the frame's scripts.
        own: the frame; what its own buttons do is named by its hash.
    """
    does = {html.unescape(one) for one in re.findall(r'\son\w+="([^"]*)"', own)}
    hashes = "".join(f" 'sha256-{sha256(one)}'" for one in sorted(does))
    return (
        f"default-src 'none'; script-src 'nonce-{word}' 'unsafe-hashes'{hashes}; "
        f"style-src-elem 'nonce-{word}'; style-src-attr 'unsafe-inline'; img-src data:; "
        "font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; "
        "frame-ancestors 'self'"
    )


def sha256(text):
    """Return the hash of a text, in base64."""
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
