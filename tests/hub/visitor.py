"""A student as a browser would be: logs in, waits for the server, runs a chapter, hands in."""

import asyncio
import json
import re
import struct
import time
import uuid

import aiohttp


class Student:
    """One of a class. Each step notes in `seconds` how long it took."""

    def __init__(self, name, hub, password):
        self.name, self.hub, self.password = name, hub, password
        self.seconds, self.cells, self.broken = {}, [], []
        self.server = f"{hub}/user/{name}"

    async def __aenter__(self):
        timeout = aiohttp.ClientTimeout(total=600)
        self.web = aiohttp.ClientSession(
            timeout=timeout, cookie_jar=aiohttp.CookieJar(unsafe=True), read_bufsize=1 << 22
        )
        return self

    async def __aexit__(self, *error):
        await self.web.close()

    async def get_in(self, patience=300):
        """Log in by the form, and wait until the server answers with JupyterLab's page."""
        begun = time.monotonic()
        page = await self._text("GET", f"{self.hub}/hub/login")
        xsrf = re.search(r'name="_xsrf" value="([^"]+)"', page)[1]
        form = {"username": self.name, "password": self.password, "_xsrf": xsrf}
        page = await self._text("POST", f"{self.hub}/hub/login?next=%2Fhub%2Fspawn", data=form)
        while "jupyter-config-data" not in page:
            assert "Spawn failed" not in page, page
            assert time.monotonic() - begun < patience, f"{self.name} did not get in"
            await asyncio.sleep(1)
            page = await self._text("GET", f"{self.server}/lab")
            if 'id="start"' in page:  # it does not run yet, or any more: there is a button
                await self._text("GET", f"{self.hub}/hub/spawn")
        self.seconds["start"] = time.monotonic() - begun
        await self._token()

    async def _token(self):
        cookies = {c.key: c.value for c in self.web.cookie_jar if c["path"].startswith("/hub")}
        headers = {"X-XSRFToken": cookies["_xsrf"], "Referer": f"{self.hub}/hub/home"}
        made = await self._json(
            "POST", f"{self.hub}/hub/api/users/{self.name}/tokens", json={}, headers=headers
        )
        self.web.headers["Authorization"] = f"token {made['token']}"

    async def is_running(self):
        user = await self._json("GET", f"{self.hub}/hub/api/users/{self.name}")
        return bool(user["servers"])

    async def start_again(self):
        await self._text("POST", f"{self.hub}/hub/api/users/{self.name}/server")
        while not (await self._json("GET", f"{self.hub}/hub/api/users/{self.name}"))["server"]:
            await asyncio.sleep(0.5)

    async def read(self, path):
        return (await self._json("GET", f"{self.server}/api/contents/{path}"))["content"]

    async def save(self, path, notebook):
        model = {"type": "notebook", "format": "json", "content": notebook}
        await self._text("PUT", f"{self.server}/api/contents/{path}", json=model)

    async def kernels(self):
        return await self._json("GET", f"{self.server}/api/kernels")

    async def open(self, path):
        """Open a notebook, with a kernel; return the kernel's id."""
        session = {"path": path, "name": path, "type": "notebook", "kernel": {"name": "python3"}}
        made = await self._json("POST", f"{self.server}/api/sessions", json=session)
        return made["kernel"]["id"]

    async def run(self, kernel, codes):
        """Run code cells one after another; return what each printed, or raises at an error.

        As a browser does, a connection that breaks is opened again, once, and the cell run anew.
        """
        texts = []
        while len(texts) < len(codes):
            try:
                await self._run_rest(kernel, codes, texts)
            except ConnectionError as error:
                self.broken.append(str(error))
                assert len(self.broken) == 1, self.broken
        return texts

    async def _run_rest(self, kernel, codes, texts):
        address = f"{self.server.replace('http', 'ws', 1)}/api/kernels/{kernel}/channels"
        async with self.web.ws_connect(address, max_msg_size=0, heartbeat=None) as socket:
            for code in codes[len(texts) :]:
                begun = time.monotonic()
                texts.append(await self._cell(socket, code))
                self.cells.append((time.monotonic() - begun, code))

    async def _cell(self, socket, code):
        ask = _request(code)
        await socket.send_str(json.dumps(ask))
        text, replied, idle = "", False, False
        while not (replied and idle):
            message = _message(await socket.receive(timeout=300))
            if message["parent_header"].get("msg_id") != ask["header"]["msg_id"]:
                continue
            kind, content = message["msg_type"], message["content"]
            if kind == "stream":
                text += content["text"]
            elif kind in ("execute_result", "display_data"):
                text += content["data"].get("text/plain", "")
            elif kind == "error":
                text += f"RAISED {content['ename']}: {content['evalue']}"
            replied |= kind == "execute_reply"
            idle |= kind == "status" and content["execution_state"] == "idle"
        return text

    async def _text(self, method, address, **more):
        async with self.web.request(method, address, **more) as answer:
            text = await answer.text()
            # While a server starts, the hub answers 424 or 503 with a page that says so.
            assert answer.status < 400 or answer.status in (424, 503), (
                address,
                answer.status,
                text,
            )
            return text

    async def _json(self, method, address, **more):
        return json.loads(await self._text(method, address, **more))


def _message(received):
    """The message in what a kernel sent: text, or text followed by the arrays of a figure."""
    data = received.data
    if not isinstance(data, str | bytes):  # closed, or what is no frame
        raise ConnectionError(f"the connection to the kernel broke: {received}")
    if isinstance(data, bytes):
        _, begin, end = struct.unpack_from(">3I", data)
        data = data[begin:end]
    return json.loads(data)


def _request(code):
    header = {
        "msg_id": uuid.uuid4().hex,
        "msg_type": "execute_request",
        "username": "",
        "session": uuid.uuid4().hex,
        "version": "5.4",
    }
    content = {"code": code, "silent": False, "store_history": True, "allow_stdin": False}
    return {
        "header": header,
        "parent_header": {},
        "metadata": {},
        "content": content | {"stop_on_error": False},
        "channel": "shell",
    }
