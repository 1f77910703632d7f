# A student looks for the answers, for the secrets and the work of others: files, /proc, memory.
import gc
import os
import re
import sys

ROOT = "ROOT_FOLDER"
PLACES = (
    "grader", "grader/suites/ex1_signature.py", "course/quiz/webhooks.toml", "exercises", "reference_impl",
    "reference_impl/solutions/ex1_signature/signature.py", "tests", ".git/config", "pyproject.toml",
)
SECRET = re.compile("whsec_[A-Za-z0-9+/=]{24,}")
SYSTEM = (
    "/etc/passwd", "/etc/shadow", "/root", "/home", "/tmp", "/dev/shm", "/proc", "/proc/self/environ", "/proc/self/maps",
    "/proc/self/mem", "/proc/1/cmdline", "/proc/%d/environ" % os.getppid(), "/proc/%d/cmdline" % os.getppid(),
    "/proc/%d/fd" % os.getppid(), "/sys", "/run", "/var", "/dev/mem",
)


def tell(what):
    print("MANAGED", what, file=sys.stderr)


def read(path):
    try:
        os.listdir(path) if os.path.isdir(path) else open(path, "rb").read(16)
    except OSError:
        return
    tell(path)


def read_files():
    for place in (*PLACES, *SYSTEM):
        read(os.path.join(ROOT, place))
    scratch = os.path.dirname(os.path.dirname(os.environ["HOME"]))
    own = os.path.basename(os.path.dirname(os.environ["HOME"]))
    read(scratch)
    for number in range(500):
        for part in ("code", "data", "made", "data/db1/course.sqlite", "code/ex1_signature/app.py"):
            if "w%d" % number != own:
                read(os.path.join(scratch, "w%d" % number, part))
    read(os.path.join(scratch, own, "made"))


def read_memory():
    gc.unfreeze()
    mine = os.environ["CLERK_WEBHOOK_SIGNING_SECRET"]
    texts = set()
    for holder in gc.get_objects():
        for value in gc.get_referents(holder):
            if isinstance(value, (str, bytes)):
                texts.add(value if isinstance(value, str) else value.decode("latin-1"))
    for text in texts:
        if set(SECRET.findall(text)) - {mine} or "VICTIM" + "_MARK" in text:
            tell("memory %r" % text[:60])
    frame = sys._getframe()
    while frame:
        for name, value in list(frame.f_locals.items()):
            if "VICTIM" + "_MARK" in repr(value):
                tell("frame %s" % name)
        frame = frame.f_back


def import_ours():
    sys.path.append(ROOT)
    for name in ("grader", "reference_impl", "course", "tests", "grader.suites.ex1_signature"):
        try:
            __import__(name)
        except ImportError:
            continue
        tell("import %s" % name)
    sys.path.remove(ROOT)


for attempt in (read_files, read_memory, import_ours):
    attempt()
print("ATTEMPTED", file=sys.stderr, flush=True)
