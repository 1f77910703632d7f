# A student looks for the grader in the own process, its files and its descriptors, to write a mark there.
import gc
import json
import os
import site
import sys

FORGED = json.dumps({"status": "passed", "points": 6, "max": 6, "tests": [{"status": "passed"}]})
NAMES = ("results.json", "report.json", "conftest.py", "sitecustomize.py", "pytest.py", "evil.pth")


def tell(what):
    print("MANAGED", what, file=sys.stderr)


def forge_files():
    here = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    folders = ["/", "/tmp", "/dev/shm", "/autograder/results", here, os.path.dirname(here), *sys.path]
    folders += site.getsitepackages() + [os.path.dirname(os.path.dirname(here)), "CANARY"]
    for folder in folders:
        for name in NAMES:
            try:
                with open(os.path.join(folder, name), "w") as file:
                    file.write(FORGED)
                tell(os.path.join(folder, name))
            except OSError:
                pass
    for name in NAMES:  # its own folder is its own
        with open(os.path.join(os.environ["HOME"], name), "w") as file:
            file.write(FORGED)


def forge_descriptors():
    for fd in range(3, 1024):
        try:
            os.fstat(fd)
        except OSError:
            continue
        for line in ('{"pid": 1}\n', '{"exited": 1, "status": 0}\n', FORGED + "\n"):
            try:
                os.write(fd, line.encode())
                tell("descriptor %d" % fd)
            except OSError:
                pass


def forge_objects():
    gc.unfreeze()
    for value in gc.get_objects():
        if str(type(value).__module__).startswith(("grader", "_pytest", "pytest")):
            tell("object %r" % type(value))
    for name in list(sys.modules):
        if name.split(".")[0] in ("grader", "_pytest", "pytest", "pebble", "reference_impl"):
            tell("module %s" % name)
    frame = sys._getframe()
    while frame:
        for name, value in list(frame.f_locals.items()):
            if "points" in name or "outcome" in name:
                tell("frame %s %s" % (frame.f_code.co_name, name))
        frame = frame.f_back


for attempt in (forge_files, forge_descriptors, forge_objects):
    attempt()
print(FORGED, flush=True)
print("ATTEMPTED", file=sys.stderr, flush=True)
