"""Plugins: found once and lazily, checked, isolated; each problem names its plugin and the others work.

Broken plugins are real distributions in a folder of their own, loaded by a fresh interpreter.
"""

import json
import os
import subprocess
import sys
import types

import pytest

import touchpoints as tp
from touchpoints.plugins import Plugins

GOOD = """
from touchpoints import Channel, Importer
touchpoints_api = 1
class Pigeon(Importer):
    name = "{name}"
    channels = (Channel("pigeon", "letter"),)
    def recognises(self, source):
        return source.head.startswith(b"COO")
    def read(self, source, context):
        yield from ()
def touchpoints_importers():
    return [Pigeon()]
"""
BROKEN = {
    "fails-on-import": ("import no_such_module_anywhere", "cannot be imported"),
    "misspelt-hook": ("def touchpoints_importer():\n    return []", "touchpoints_importer"),
    "name-clash": (GOOD.format(name="good"), "already provided by plugin good"),
    "wrong-type": ("def touchpoints_importers():\n    return ['a text']", "needs one"),
    "a-class": (GOOD.format(name="a-class").replace("Pigeon()]", "Pigeon]"), "return objects, not classes"),
    "raises-late": (
        "def touchpoints_rules():\n    yield from ()\n    raise RuntimeError('late')",
        "RuntimeError: late",
    ),
    "returns-nothing": ("def touchpoints_renderers():\n    pass", "TypeError"),
    "from-the-future": ("touchpoints_api = 99\ndef touchpoints_rules():\n    return []", "version 99"),
    "wrong-channels": (
        GOOD.format(name="wrong-channels").replace('(Channel("pigeon", "letter"),)', '("pigeon",)'),
        "not all Channel values",
    ),
}


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> dict[str, object]:
    """What a fresh interpreter finds beside these distributions."""
    folder = tmp_path_factory.mktemp("site")
    for name, text in {"good": GOOD.format(name="good"), **{n: code for n, (code, _) in BROKEN.items()}}.items():
        module = "fake_" + name.replace("-", "_")
        (folder / f"{module}.py").write_text(text)
        info = folder / f"{module}-1.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
        # the good one comes first in the order of names, so that the clash is the other's
        (info / "entry_points.txt").write_text(f"[touchpoints]\n{name if name != 'good' else 'good'} = {module}\n")
    code = (
        "import json\nfrom touchpoints.plugins import Plugins\n"
        "p = Plugins.installed(without=['calendar', 'calls', 'contacts', 'mail', 'messages', 'rules', 'render'])\n"
        "print(json.dumps({'importers': [i.name for i in p.importers],"
        " 'problems': {e.plugin: str(e) for e in p.problems}}))"
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(folder), os.environ.get("PYTHONPATH", "")])}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment, check=True)
    return dict(json.loads(done.stdout))


def test_the_good_plugin_works_beside_all_broken_ones(loaded: dict[str, object]) -> None:
    assert loaded["importers"] == ["good"]


@pytest.mark.parametrize("name", sorted(BROKEN))
def test_a_broken_plugin_is_named_with_its_reason(loaded: dict[str, object], name: str) -> None:
    problems = loaded["problems"]
    assert isinstance(problems, dict)
    assert BROKEN[name][1] in problems[name]


def module(text: str, name: str = "made") -> types.ModuleType:
    made = types.ModuleType(name)
    exec(text, made.__dict__)
    return made


def test_of_is_strict() -> None:
    assert [i.name for i in Plugins.of(module(GOOD.format(name="x"))).importers] == ["x"]
    with pytest.raises(tp.PluginError, match="touchpoints_importer"):
        Plugins.of(module(BROKEN["misspelt-hook"][0]))


def test_a_misspelt_hook_of_a_class_is_found_too() -> None:
    class Misspelt:
        touchpoints_api = 1
        touchpoints_importer = staticmethod(list)

    for plugin in (Misspelt, Misspelt()):
        with pytest.raises(tp.PluginError, match="touchpoints_importer"):
            Plugins.of(plugin)
        assert [p.plugin for p in Plugins.installed(plugin).problems] == ["Misspelt"]


def test_a_module_of_ones_own_joins_the_installed_plugins() -> None:
    plugins = Plugins.installed(module(GOOD.format(name="mine")))
    assert "mine" in [i.name for i in plugins.importers]
    assert "fritzbox" in [i.name for i in plugins.importers]
    assert "fritzbox" not in [i.name for i in Plugins.installed(without=["calls"]).importers]


def test_all_bundled_plugins_load() -> None:
    assert [str(p) for p in Plugins.installed().problems] == []


def test_an_unknown_importer_is_named_with_the_known_ones() -> None:
    with pytest.raises(tp.UnknownName, match="known: x"):
        Plugins.of(module(GOOD.format(name="x"))).importer("y")


def test_a_decorated_plugin_object_is_taken_too() -> None:
    class Mine:
        @tp.hookimpl
        def touchpoints_importers(self) -> list[object]:
            return []

    assert Plugins.of(Mine()).provided == ()
