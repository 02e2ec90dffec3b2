"""Requests of OpenTelemetry, read with the protobuf of its own project."""

from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest


def attributes_of(described):
    """The attributes of a span, a resource or a point, by name."""
    return {one.key: getattr(one.value, one.value.WhichOneof("value")) for one in described.attributes}


def span_of(body):
    """The one span of a request."""
    (resource,) = ExportTraceServiceRequest.FromString(body).resource_spans
    (scope,) = resource.scope_spans
    (span,) = scope.spans
    return span


def points_of(body):
    """The value of each gauge of a request, by its name and the word of its label."""
    (resource,) = ExportMetricsServiceRequest.FromString(body).resource_metrics
    (scope,) = resource.scope_metrics
    return {
        (metric.name, *(list(attributes_of(point).values()) or [""])): getattr(
            point, point.WhichOneof("value")
        )
        for metric in scope.metrics
        for point in metric.gauge.data_points
    }


def resources_of(bodies):
    """The resource of each of the two requests."""
    (traces,) = ExportTraceServiceRequest.FromString(bodies["traces"]).resource_spans
    (metrics,) = ExportMetricsServiceRequest.FromString(bodies["metrics"]).resource_metrics
    return [attributes_of(one.resource) for one in (traces, metrics)]
