"""E-mails that `telekonsil dkim test` sends are verified by dkimpy, against the DNS records that `dkim rotate` prints.

    mail.py TELEKONSIL
"""

import socket
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

import dkim

binary = sys.argv[1]


def sink(listener, mails):
    """An SMTP server that takes everything (RFC 5321)."""
    while True:
        try:
            peer, _ = listener.accept()
        except OSError:
            return
        with peer, peer.makefile("rb") as lines:
            say = lambda text: peer.sendall(text.encode() + b"\r\n")
            say("220 sink")
            for line in lines:
                command = line[:4].upper()
                if command == b"DATA":
                    say("354 go on")
                    mail = b""
                    while not mail.endswith(b"\r\n.\r\n"):
                        mail += lines.readline()
                    mails.append(mail[:-3].replace(b"\r\n..", b"\r\n."))
                say("221 bye" if command == b"QUIT" else "250 sink")
                if command == b"QUIT":
                    break


def run(*arguments):
    done = subprocess.run([binary, "dkim", *arguments], capture_output=True, text=True, timeout=60)
    if done.returncode:
        raise SystemExit(f"FAILED: {arguments}: {done.stderr}")
    return done.stdout


def records(output):
    """Name → text of the TXT records of a zone file."""
    found = {}
    for line in output.splitlines():
        name, text = line.split(" IN TXT ")
        found[name] = "".join(text.split(" ; ")[0].replace('" "', "").strip('"'))
    return found


with tempfile.TemporaryDirectory(prefix="telekonsil-dkim-") as folder, socket.create_server(("127.0.0.1", 0)) as listener:
    mails, config = [], Path(folder) / "telekonsil.toml"
    threading.Thread(target=sink, args=(listener, mails), daemon=True).start()
    config.write_text(
        f"""data_dir = "data"
[egress]
private = ["127.0.0.1"]
[mail]
host = "127.0.0.1"
port = {listener.getsockname()[1]}
tls = "none"
from = "Telekonsil Bereitschaft <telekonsil@example.org>"
dkim_dir = "dkim"
[media]
bind = "127.0.0.1:8189"
"""
    )
    place = ("--config", str(config))
    published = records(run("rotate", *place))
    for turn, selector in enumerate(["tk1", "tk2"]):
        run("test", *place, "--to", "falk@example.org")
        mail = mails[turn]
        assert f"s={selector};".encode() in mail, mail
        lookup = lambda name, timeout=5: published.get(name.decode()).encode()
        assert dkim.verify(mail, dnsfunc=lookup), f"{selector} does not verify"
        assert not dkim.verify(mail.replace(b"This is a test", b"This is no test"), dnsfunc=lookup), "a changed body"
        assert not dkim.verify(mail.replace(b"falk@", b"fall@"), dnsfunc=lookup), "a changed recipient"
        # The record of the next key stood in the DNS before it signed.
        run("rotate", *place)
print("ok  DKIM: two selectors, rotated, verified by dkimpy")
