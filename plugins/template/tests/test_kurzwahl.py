"""The tests that every importer inherits: samples, golden files, damage, garbage."""

from pathlib import Path

from touchpoints_kurzwahl import Kurzwahl

from touchpoints.testing import ImporterContract


class TestKurzwahl(ImporterContract):
    """All of them, on the samples beside this file."""

    importer, samples = Kurzwahl(), Path(__file__).parent / "samples"
