"""How we work: the numbers that are our own choice, read from data/practice.yaml."""

from datetime import timedelta
from pathlib import Path

from pydantic import BaseModel, ConfigDict, PositiveInt

from knowledge.data_files import read_yaml
from knowledge.rules.ladder import LadderRules

_FILE = Path(__file__).parent / "data" / "practice.yaml"


class Practice(BaseModel):
    """The numbers that are our own choice; each is explained in the file."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    memory_minutes: PositiveInt
    together_seconds: PositiveInt
    split_characters: PositiveInt
    words_characters: PositiveInt
    draft_hours: PositiveInt
    draft_days: PositiveInt
    button_hours: PositiveInt
    outage_stale_minutes: PositiveInt
    outage_horizon_days: PositiveInt
    alarm_repeat_seconds: PositiveInt
    handover_patience_minutes: PositiveInt
    handover_idle_minutes: PositiveInt
    claim_minutes: PositiveInt
    queue_patience_minutes: PositiveInt
    queue_answers: PositiveInt
    queue_answers_least: PositiveInt
    queue_recent_minutes: PositiveInt
    callback_wait_minutes: PositiveInt
    code_minutes: PositiveInt
    code_digits: PositiveInt
    bind_tries_per_person_day: PositiveInt
    bind_tries_per_account_day: PositiveInt
    bind_tries_per_hour: PositiveInt
    paid_hold_days: PositiveInt
    promise_max_days: PositiveInt
    credit_repeat_days: PositiveInt
    urge_priority_ceiling: PositiveInt
    urge_minutes: PositiveInt
    urge_lead_from: PositiveInt
    same_matter_hours: PositiveInt
    close_days: PositiveInt
    low_mark: PositiveInt
    successor_notice_days: PositiveInt
    miss_person_days: PositiveInt
    digest_from: PositiveInt
    digest_seconds: PositiveInt
    files_per_day: PositiveInt
    file_megabytes_per_day: PositiveInt

    @property
    def same_matter(self) -> timedelta:
        """Return how long the same matter told again is taken for the same."""
        return timedelta(hours=self.same_matter_hours)

    promise_alarms: LadderRules


def load_practice(file: Path = _FILE) -> Practice:
    """Read the numbers; raise pydantic's ValidationError where the file is wrong."""
    return Practice.model_validate(read_yaml(file))
