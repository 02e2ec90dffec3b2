"""The end of a run as OpenTelemetry requests: one span, and the metrics as gauges.

They have counts but no texts of the run, such as names of lists or messages of a provider. They do not
describe the process, since its command line may contain numbers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.common.metrics_encoder import encode_metrics
from opentelemetry.exporter.otlp.proto.common.trace_encoder import encode_spans
from opentelemetry.sdk.metrics import AlwaysOffExemplarFilter, MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.resources import OTELResourceDetector, Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.sdk.trace.sampling import ALWAYS_ON
from opentelemetry.trace import StatusCode

from validator.reports.figures import figures_of
from validator.value import as_dict

if TYPE_CHECKING:
    from collections.abc import Iterator

    from validator.reports.run_end import RunEnd
    from validator.reports.summary import Summary

SCOPE = "validator"


def encode_run(end: RunEnd) -> dict[str, bytes]:
    """Return the protobuf messages of `traces` and `metrics`; none if `OTEL_SDK_DISABLED` is set.

    The resource uses `OTEL_SERVICE_NAME` and `OTEL_RESOURCE_ATTRIBUTES`.
    """
    own = Resource({"service.name": SCOPE, "service.version": end.version})
    resource = own.merge(OTELResourceDetector().detect())
    found = {"traces": _encoded_span(resource, end), "metrics": _encoded_figures(resource, end)}
    return {signal: body for signal, body in found.items() if body}


def span_attributes(end: RunEnd) -> dict[str, str | int | float | bool]:
    """Return the attributes of a run's span. Their names must not change (docs/schedules.md)."""
    return {
        "validator.command": end.command,
        "validator.exit_code": end.exit_code,
        "validator.success": end.is_success,
        **(dict(_counts(end.summary)) if end.summary is not None else {}),
    }


def _counts(summary: Summary) -> Iterator[tuple[str, str | int | float]]:
    yield "validator.gateway", ",".join(sorted({key.gateway for key in summary.keys if key.gateway}))
    yield "validator.rows", summary.rows
    yield "validator.numbers.distinct", summary.distinct_numbers
    yield "validator.numbers.already_known", summary.already_known
    yield "validator.numbers.asked", summary.asked
    for verdict, rows in summary.verdicts.items():
        yield f"validator.verdicts.{verdict}", rows
    for kind, count in as_dict(summary.calls).items():
        yield f"validator.calls.{kind}", count
    yield "validator.waited.held_s", float(summary.rate.held_s)
    yield "validator.waited.paused_s", float(sum(summary.pauses.values()))


def _encoded_span(resource: Resource, end: RunEnd) -> bytes:
    kept = InMemorySpanExporter()
    provider = TracerProvider(sampler=ALWAYS_ON, resource=resource, shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(kept))
    span = provider.get_tracer(SCOPE, end.version).start_span(
        f"validator {end.command}",
        # An empty context makes a root span, even if the calling program has an active span.
        context=Context(),
        attributes=span_attributes(end),
        start_time=_ns(end.started_at_s),
    )
    # Without a description, since the reason of an end may name the list.
    span.set_status(StatusCode.OK if end.is_success else StatusCode.ERROR)
    span.end(_ns(end.started_at_s + end.duration_s))
    spans = kept.get_finished_spans()
    return encode_spans(spans).SerializeToString() if spans else b""


def _encoded_figures(resource: Resource, end: RunEnd) -> bytes:
    reader = InMemoryMetricReader()
    provider = MeterProvider(
        [reader], resource=resource, exemplar_filter=AlwaysOffExemplarFilter(), shutdown_on_exit=False
    )
    meter = provider.get_meter(SCOPE, end.version)
    for figure in figures_of(end):
        gauge = meter.create_gauge(figure.name, description=figure.description)
        for word, value in figure.values.items():
            gauge.set(value, {figure.label: word} if figure.label else None)
    data = reader.get_metrics_data()
    return encode_metrics(data).SerializeToString() if data else b""


def _ns(moment_s: float) -> int:
    # Rounded to milliseconds, since a float of today's Unix seconds is exact only to about 0.2 microseconds.
    return round(moment_s * 1e3) * 10**6
