from pathlib import Path

from abonent.profile.check import examine
from tests.profiles import write_all_rules


def test_the_profile_with_every_rule_is_sound(tmp_path: Path) -> None:
    profile, problems = examine(write_all_rules(tmp_path / "all-rules"))
    assert problems == []
    assert profile is not None
