"""The pipeline: what has not changed is not built again, and a failure leaves nothing."""

import threading

import pytest

from engineroom_site import pipeline
from engineroom_site.pipeline import Step


@pytest.fixture
def project(tmp_path, monkeypatch):
    monkeypatch.setattr(pipeline, "ROOT", tmp_path)
    monkeypatch.setattr(pipeline, "BUILD", tmp_path / ".build")
    (tmp_path / "source").mkdir()
    (tmp_path / "source" / "a.py").write_text("a")
    return tmp_path


@pytest.fixture
def step():
    runs = []

    def build(out):
        out.mkdir()
        (out / "made").write_text(str(len(runs)))
        runs.append(out)

    made = Step("toy", ("source",), build)
    return made, runs


def test_a_step_runs_when_its_inputs_changed_and_only_then(project, step):
    toy, runs = step
    first = pipeline.folder(toy)
    assert pipeline.folder(toy) == first and len(runs) == 1
    (project / "source" / "a.py").write_text("b")
    second = pipeline.folder(toy)
    assert second != first and len(runs) == 2
    assert (project / ".build" / "toy" / "current").resolve() == second
    (project / "source" / "a.py").write_text("a")
    assert pipeline.folder(toy) == first and len(runs) == 2


def test_what_tools_leave_behind_is_no_change(project, step):
    toy, runs = step
    pipeline.folder(toy)
    for name in ("__pycache__", "node_modules"):
        (project / "source" / name).mkdir()
        (project / "source" / name / "x").write_text("x")
    pipeline.folder(toy)
    assert len(runs) == 1


def test_a_new_name_is_a_change(project, step):
    toy, runs = step
    pipeline.folder(toy)
    (project / "source" / "a.py").rename(project / "source" / "b.py")
    pipeline.folder(toy)
    assert len(runs) == 2


def test_a_failing_step_leaves_nothing_and_can_be_tried_again(project, step):
    toy, _runs = step

    def fail(out):
        out.mkdir()
        raise RuntimeError("no")

    with pytest.raises(RuntimeError):
        pipeline.folder(toy._replace(build=fail))
    assert list((project / ".build" / "toy").iterdir()) == []
    assert pipeline.folder(toy).is_dir()


def test_old_builds_are_cleared_away(project, step):
    toy, _ = step
    for number in range(8):
        (project / "source" / "a.py").write_text(str(number))
        newest = pipeline.folder(toy)
    kept = [path for path in (project / ".build" / "toy").iterdir() if not path.is_symlink()]
    assert newest in kept and len(kept) <= pipeline.KEPT + 1


def test_two_at_once_build_once(project, step):
    toy, runs = step
    slow = toy._replace(build=lambda out: (threading.Event().wait(0.3), toy.build(out)))
    threads = [threading.Thread(target=pipeline.folder, args=(slow,)) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(runs) == 1 and pipeline.folder(slow).is_dir()
