"""``[tasks.<task>.monitoring]``: what is accepted."""

import pytest
from pydantic import ValidationError

from mlops.monitoring_settings import MonitoringSettings


@pytest.mark.parametrize(
    "wrong",
    ['{"psi_max": 0}', '{"min_rows": 0}', '{"min_coverage": 1.1}', '{"retrain": "always"}', '{"cooldown_days": 0}'],
)
def test_what_would_make_every_run_an_alarm_or_none_is_refused(wrong: str) -> None:
    with pytest.raises(ValidationError):
        MonitoringSettings.model_validate_json(wrong)
    assert MonitoringSettings.model_validate_json("{}").retrain == "never"
