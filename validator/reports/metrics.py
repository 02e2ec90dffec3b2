"""The metrics of the last run, in the text format of Prometheus and its node_exporter.

Each metric is a gauge. The next run replaces all of them but `last_success`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry, Gauge, generate_latest
from prometheus_client.parser import text_string_to_metric_families

from validator.reports.figures import LAST_RUN, LAST_SUCCESS, figures_of

if TYPE_CHECKING:
    from validator.reports.figures import Figure
    from validator.reports.run_end import RunEnd


def render_metrics(end: RunEnd, *, run: str, last_success_s: float | None = None) -> bytes:
    """Return the metrics of a run that ended. Those of the summary are included if it has one.

    Args:
        end: the end of the run.
        run: the label `run` of each metric, which distinguishes the runs of one machine.
        last_success_s: when an earlier run succeeded, in Unix seconds; None if none has.
    """
    # Not the library's default registry, which has metrics of this process.
    registry = CollectorRegistry()
    for figure in figures_of(end, last_success_s=last_success_s):
        _add(registry, figure, run)
    return generate_latest(registry)


def last_success_s(content: bytes) -> float | None:
    """Return the time of the last success in a metrics file, in Unix seconds; None if it has none.

    Raises:
        ValueError: the content is not empty and has no metrics of a run.
    """
    families = {family.name: family for family in text_string_to_metric_families(content.decode())}
    if content.strip() and LAST_RUN not in families:
        raise ValueError("no metrics of a run")
    found = families.get(LAST_SUCCESS)
    return found.samples[0].value if found and found.samples else None


def _add(registry: CollectorRegistry, figure: Figure, run: str) -> None:
    labels = [figure.label] if figure.label else []
    gauge = Gauge(figure.name, figure.description, ["run", *labels], registry=registry)
    for word, value in figure.values.items():
        gauge.labels(run, *([word] if figure.label else [])).set(value)
