"""Modules that wait until they are used."""

import sys
import threading
from importlib import import_module

import pytest

from natscli.loading import postpone


@pytest.fixture
def module(tmp_path, monkeypatch, request):
    """Write a module, which says each time it is executed, and return its name."""
    name = f"postponed_{request.node.name.replace('[', '_').replace(']', '')}"
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setitem(sys.modules, "executions", type(sys)("executions"))
    sys.modules["executions"].times = 0
    (tmp_path / f"{name}.py").write_text(
        "import executions, time\nexecutions.times += 1\n"
        "time.sleep(executions.slow if hasattr(executions, 'slow') else 0)\nVALUE = 7\n"
    )
    yield name
    sys.modules.pop(name, None)


def _executed() -> int:
    return sys.modules["executions"].times


def test_a_module_is_executed_at_the_first_look_inside(module):
    postpone(module)

    made = import_module(module)
    again = import_module(module)
    assert _executed() == 0

    assert made.VALUE == again.VALUE == 7
    assert _executed() == 1
    assert type(made) is type(sys)
    assert made is sys.modules[module]


def test_what_is_taken_from_it_is_there_at_once(module):
    postpone(module)

    namespace: dict[str, object] = {}
    exec(f"from {module} import VALUE", namespace)

    assert namespace["VALUE"] == 7


def test_nothing_is_left_of_it_when_all_have_been_found(module):
    before = list(sys.meta_path)
    postpone(module)
    assert len(sys.meta_path) == len(before) + 1

    import_module(module)

    assert sys.meta_path == before


def test_a_module_that_is_there_is_left_alone():
    before = list(sys.meta_path)

    postpone("json")

    assert sys.meta_path == before


def test_threads_wait_for_the_one_that_executes_it(module):
    sys.modules["executions"].slow = 0.05
    postpone(module)
    made = import_module(module)
    seen = []
    threads = [threading.Thread(target=lambda: seen.append(made.VALUE)) for _ in range(8)]

    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert seen == [7] * 8
    assert _executed() == 1


def test_a_module_that_fails_does_so_each_time_it_is_asked(module, tmp_path):
    (tmp_path / f"{module}.py").write_text("import executions\nexecutions.times += 1\nraise RuntimeError('no')\n")
    postpone(module)
    made = import_module(module)

    for times in (1, 2):
        with pytest.raises(RuntimeError, match="no"):
            _ = made.VALUE
        assert _executed() == times
