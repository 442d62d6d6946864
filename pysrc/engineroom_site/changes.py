"""Which of the build's inputs have changed, while `make serve` watches."""

import os
import threading
from pathlib import Path

from watchdog.events import FileSystemEvent, FileSystemEventHandler
from watchdog.observers import Observer
from watchdog.observers.api import BaseObserver

from engineroom_site import build
from engineroom_site.paths import ROOT, ignored

SETTLE = 0.3  # seconds without a change before a rebuild


class Changes(FileSystemEventHandler):
    """Collects the build's inputs that changed."""

    def __init__(self):
        self.seen = threading.Event()
        self._paths: set[Path] = set()
        self._lock = threading.Lock()

    def on_any_event(self, event: FileSystemEvent) -> None:
        if event.event_type in ("created", "modified", "deleted", "moved") and not event.is_directory:
            paths = {Path(os.fsdecode(path)) for path in (event.src_path, event.dest_path) if path}
            if found := {path for path in paths if _counts(path)}:
                with self._lock:
                    self._paths |= found
                self.seen.set()

    def settled(self) -> set[Path]:
        """Wait for a change and until it is whole: what has changed."""
        while not self.seen.wait(0.5):
            pass
        while self.seen.is_set():
            self.seen.clear()
            self.seen.wait(SETTLE)
        with self._lock:
            found, self._paths = self._paths, set()
        return found

    def watching(self) -> BaseObserver:
        """A running observer of the inputs. A file's folder is watched, because editors replace the file."""
        observer = Observer()
        for place in {ROOT / name if (ROOT / name).is_dir() else (ROOT / name).parent for name in build.INPUTS}:
            observer.schedule(self, str(place), recursive=place != ROOT)
        observer.start()
        return observer


def _counts(path: Path) -> bool:
    return any(path.is_relative_to(ROOT / name) for name in build.INPUTS) and not ignored(path, ROOT)
