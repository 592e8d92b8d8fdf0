"""Runs the tool on a machine that can reach only a proxy, and has only a settings file, a netrc file and HTTPS_PROXY.

    behind_a_proxy.py TOOL SERVER

The machines are network namespaces of Linux, and the cables are pairs of veth devices:

    client 192.0.2.2 ---- 192.0.2.1 proxy (tinyproxy) 198.51.100.1 ---- 198.51.100.2 server

Only the proxy knows the address of the server's name. The client has no name service and no route to the server.
The program itself runs in namespaces of the network, of mounts and of processes, which the kernel removes with all that
was made in them when the program ends, even if it is killed. If this machine does not permit them, the test is skipped:
the program says why, and its exit code is 77.
"""
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from urllib.parse import urlsplit

host = "wandb.corp.example"
unshare = ["unshare", *([] if os.geteuid() == 0 else ["--user", "--map-root-user"]), "--net", "--mount", "--pid",
           "--fork", "--kill-child", "--mount-proc"]
passed, failures = 0, []


def check(what, condition, detail):
    global passed
    if condition:
        passed += 1
    else:
        failures.append(f"{what}: {detail}")


def run(*words):
    subprocess.run(words, check=True, timeout=10)


class Machine:
    """A machine whose only cable leads to the proxy's machine, which is the one that this program runs on."""

    def __init__(self, name, network):
        # The namespace exists as long as this process.
        life = subprocess.Popen(["unshare", "--net", "sh", "-c", "echo; exec sleep infinity"], stdout=subprocess.PIPE)
        life.stdout.readline()
        self.enter = ["nsenter", "--net", "--target", str(life.pid), "--"]
        run("ip", "link", "add", name, "type", "veth", "peer", "name", "eth0", "netns", str(life.pid))
        run("ip", "address", "add", network + ".1/24", "dev", name)
        run("ip", "link", "set", name, "up")
        run(*self.enter, "ip", "address", "add", network + ".2/24", "dev", "eth0")
        run(*self.enter, "ip", "link", "set", "eth0", "up")
        run(*self.enter, "ip", "link", "set", "lo", "up")


def know_only(directory, **files):
    """Replaces files of /etc in this program's namespace of mounts."""
    for name, text in files.items():
        path = Path(directory, name)
        path.write_text(text)
        if Path("/etc", name.replace("_", ".")).exists():
            run("mount", "--bind", str(path), "/etc/" + name.replace("_", "."))


def start_server(machine, program, ca_file):
    server = subprocess.Popen([*machine.enter, program, "newer", "198.51.100.2", host, ca_file],
                              stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    return server, json.loads(server.stdout.readline())


def start_proxy(directory):
    """Starts tinyproxy, which alone reads the server's address, from a file of hosts that nobody else has."""
    hosts, settings, log = (Path(directory, name) for name in ("proxy_hosts", "tinyproxy.conf", "tinyproxy.log"))
    hosts.write_text(f"127.0.0.1 localhost\n198.51.100.2 {host}\n")
    settings.write_text("Port 3128\nListen 192.0.2.1\nTimeout 20\nMaxClients 10\n")
    with log.open("w") as output:
        subprocess.Popen(["unshare", "--mount", "sh", "-c", 'mount --bind "$1" /etc/hosts; exec tinyproxy -d -c "$2"', "sh",
                          str(hosts), str(settings)], stdout=output, stderr=output)
    for _ in range(100):
        with socket.socket() as attempt:
            if attempt.connect_ex(("192.0.2.1", 3128)) == 0:
                return
        time.sleep(0.05)
    raise RuntimeError("tinyproxy does not listen: " + log.read_text())


def write_home(directory, server_url, key):
    home = Path(directory, "home")
    settings = home / ".config" / "wandb" / "settings"
    settings.parent.mkdir(parents=True)
    settings.write_text(f"[default]\nbase_url = {server_url}\n")
    netrc = home / ".netrc"
    netrc.write_text(f"machine {host}\n  login user\n  password {key}\n")
    netrc.chmod(0o600)
    return home


def check_tool(tool, server_program, directory):
    know_only(directory, hosts="127.0.0.1 localhost\n", resolv_conf="", nsswitch_conf="hosts: files dns\n")
    run("ip", "link", "set", "lo", "up")
    client, server_machine = Machine("client", "192.0.2"), Machine("server", "198.51.100")
    ca_file = str(Path(directory, "ca.pem"))
    server, at = start_server(server_machine, server_program, ca_file)
    start_proxy(directory)
    home = write_home(directory, f"https://{host}:{urlsplit(at['url']).port}", at["root"])

    def whoami(**proxy):
        environment = {"HOME": str(home), "SSL_CERT_FILE": ca_file, **proxy}
        done = subprocess.run([*client.enter, tool, "whoami"], env=environment, cwd=directory, capture_output=True,
                              text=True, timeout=60)
        check("no secret is printed", at["root"] not in done.stdout + done.stderr, "the key is printed")
        return done

    done = whoami(HTTPS_PROXY="http://192.0.2.1:3128")
    check("whoami through the proxy", done.returncode == 0 and "root@example.com" in done.stdout,
          f"exit code {done.returncode}, {done.stdout!r}, {done.stderr!r}")
    done = whoami()
    check("whoami without HTTPS_PROXY", done.returncode == 5 and f"could not resolve {host}" in done.stderr,
          f"exit code {done.returncode}, {done.stdout!r}, {done.stderr!r}")
    Path(home, ".config", "wandb", "settings").unlink()
    done = whoami(HTTPS_PROXY="http://192.0.2.1:3128")
    check("whoami without the settings file", done.returncode == 4 and "no API key" in done.stderr,
          f"exit code {done.returncode}, {done.stdout!r}, {done.stderr!r}")
    server.stdin.close()
    server.wait(timeout=10)


def main(tool, server_program, inside=""):
    tool, server_program = Path(tool).resolve(), Path(server_program).resolve()
    if not inside:
        probe = subprocess.run([*unshare, "ip", "link", "add", "one", "type", "veth", "peer", "name", "two"],
                               capture_output=True, text=True, check=False)
        if probe.returncode != 0:
            print("skipped: no network namespaces could be made: " + probe.stderr.strip())
            sys.exit(77)
        os.execvp(unshare[0], [*unshare, sys.executable, __file__, tool, server_program, "inside"])
    with tempfile.TemporaryDirectory() as directory:
        check_tool(tool, server_program, directory)
    for failure in failures:
        print(failure)
    print(f"{passed} passed, {len(failures)} failed")
    sys.exit(bool(failures))


main(*sys.argv[1:])
