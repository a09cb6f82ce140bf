#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""page_check: opens a page in headless Chromium, and says what is cut, overflows or hardly differs from its ground.

    page_check URL WIDTH light|dark [PICTURE.png]

It speaks the DevTools protocol over a pipe and uses nothing but the standard library. It prints a line for each fault, and
then the text of the page as a reader sees it, each line behind "> ". Exit status: 0 without a fault, 1 with one, 3 when
Chromium does not do what it should.
"""
import base64
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time

# What a reader would not see: an element whose content is wider or higher than itself (a chart's own parts may stand
# out), one that stands out of the window, and text whose contrast is below 4.5 (3 when it is large), as WCAG 2 has it.
FIND_FAULTS = """(() => {
    const faults = [];
    const name = e => e.tagName.toLowerCase() + (e.className && e.className.baseVal === undefined ? '.' + e.className : '') +
        ' "' + (e.textContent || '').trim().slice(0, 60) + '"';
    const colour = text => text.match(/[\\d.]+/g).map(Number);
    const light = c => { const [r, g, b] = c.map(v => (v /= 255) <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4);
        return .2126 * r + .7152 * g + .0722 * b; };
    const ground = e => { for (; e; e = e.parentElement) {
        const c = colour(getComputedStyle(e).backgroundColor); if (c.length < 4 || c[3] > 0) return c.slice(0, 3); }
        return matchMedia('(prefers-color-scheme: dark)').matches ? [18, 18, 18] : [255, 255, 255]; };
    const root = document.documentElement;
    if (root.scrollWidth > root.clientWidth) faults.push(`the page is ${root.scrollWidth} wide, the window ${root.clientWidth}`);
    for (const e of document.querySelectorAll('body *')) {
        if (e.closest('svg') || e.tagName === 'STYLE') continue;
        const style = getComputedStyle(e), box = e.getBoundingClientRect();
        if (style.display === 'none' || box.width === 0) continue;
        if (style.display !== 'inline' && (e.scrollWidth > e.clientWidth + 1 || e.scrollHeight > e.clientHeight + 1))
            faults.push(`${name(e)}: what is in it is ${e.scrollWidth} x ${e.scrollHeight}, it is ${e.clientWidth} x ${e.clientHeight}`);
        if (box.right > root.clientWidth + 1 || box.left < -1)
            faults.push(`${name(e)}: reaches from ${box.left} to ${box.right} in a window of ${root.clientWidth}`);
        const own = [...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim());
        if (own) {
            const [a, b] = [light(colour(style.color).slice(0, 3)), light(ground(e))].sort((x, y) => y - x);
            const size = parseFloat(style.fontSize), large = size >= 24 || size >= 18.66 && style.fontWeight >= 700;
            const contrast = (a + .05) / (b + .05);
            if (contrast < (large ? 3 : 4.5)) faults.push(`${name(e)}: contrast ${contrast.toFixed(2)}`);
        }
    }
    return {faults, text: document.body.innerText};
})()"""


class Chromium:
    """A browser of its own, with a profile that goes with it. Commands and answers end with a NUL."""

    def __init__(self, profile):
        to_read, self.to = os.pipe()
        self.answers, to_write = os.pipe()
        self.buffer, self.count = b"", 0

        def descriptors():
            # the protocol has them as 3 and 4; each may stand where the other must go
            a, b = os.dup2(to_read, 100), os.dup2(to_write, 101)
            os.dup2(a, 3)
            os.dup2(b, 4)

        self.process = subprocess.Popen(
            ["chromium", "--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--no-first-run",
             "--disable-dev-shm-usage", "--disable-background-networking", "--remote-debugging-pipe",
             "--user-data-dir=" + profile, "about:blank"],
            preexec_fn=descriptors, close_fds=False, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL, env={**os.environ, "TMPDIR": profile})
        os.close(to_read)
        os.close(to_write)

    def next_message(self):
        while b"\0" not in self.buffer:
            piece = os.read(self.answers, 1 << 20)
            if not piece:
                raise RuntimeError("chromium has ended")
            self.buffer += piece
        message, self.buffer = self.buffer.split(b"\0", 1)
        return json.loads(message)

    def ask(self, method, session=None, **parameters):
        self.count += 1
        command = {"id": self.count, "method": method, "params": parameters}
        if session:
            command["sessionId"] = session
        os.write(self.to, json.dumps(command).encode() + b"\0")
        while True:
            message = self.next_message()
            if message.get("id") == self.count:
                if "error" in message:
                    raise RuntimeError(f"{method}: {message['error']}")
                return message["result"]

    def wait_for(self, event):
        while self.next_message().get("method") != event:
            pass

    def close(self):
        self.process.kill()
        self.process.wait()


def check(chromium, url, width, scheme, picture):
    target = chromium.ask("Target.createTarget", url="about:blank")["targetId"]
    session = chromium.ask("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
    chromium.ask("Page.enable", session)
    chromium.ask("Emulation.setDeviceMetricsOverride", session, width=width, height=900, deviceScaleFactor=1, mobile=False)
    chromium.ask("Emulation.setEmulatedMedia", session, features=[{"name": "prefers-color-scheme", "value": scheme}])
    chromium.ask("Page.navigate", session, url=url)
    chromium.wait_for("Page.loadEventFired")
    result = chromium.ask("Runtime.evaluate", session, expression=FIND_FAULTS, returnByValue=True)
    if "exceptionDetails" in result:
        raise RuntimeError(result["exceptionDetails"])
    if picture:
        data = chromium.ask("Page.captureScreenshot", session, captureBeyondViewport=True)["data"]
        with open(picture, "wb") as file:
            file.write(base64.b64decode(data))
    return result["result"]["value"]


def remove_directory(path):
    """Processes of the browser may still write there for a moment."""
    until = time.monotonic() + 30
    while os.path.exists(path) and time.monotonic() < until:
        shutil.rmtree(path, ignore_errors=True)
        time.sleep(0.05)


def main():
    url, width, scheme = sys.argv[1], int(sys.argv[2]), sys.argv[3]
    profile = tempfile.mkdtemp()
    chromium = Chromium(profile)
    try:
        found = check(chromium, url, width, scheme, sys.argv[4] if len(sys.argv) > 4 else None)
    finally:
        chromium.close()
        remove_directory(profile)
    print("\n".join(found["faults"] + ["> " + line for line in found["text"].split("\n") if line]))
    return 1 if found["faults"] else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except (RuntimeError, OSError) as error:
        print(f"page_check: {error}", file=sys.stderr)
        sys.exit(3)
