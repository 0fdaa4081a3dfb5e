"""Counts and times of requests, for Prometheus. Label values come from our own tables only."""

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from starlette.requests import Request
from starlette.responses import Response

_BUCKETS_S = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


class Metrics:
    """The measurements of one process, in a registry of their own.

    Other rooms add theirs to `registry`.
    """

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._requests = Counter(
            "abonent_http_requests",
            "Requests answered.",
            ("method", "route", "status"),
            registry=self.registry,
        )
        self._seconds = Histogram(
            "abonent_http_request_seconds",
            "Time from a request to the end of its answer.",
            ("method", "route"),
            buckets=_BUCKETS_S,
            registry=self.registry,
        )

        self._of: dict[tuple[str, str, int], tuple[Counter, Histogram]] = {}

    def observe(self, method: str, route: str, status: int, seconds: float) -> None:
        labelled = self._of.get((method, route, status))
        if labelled is None:
            labelled = self._of[method, route, status] = (
                self._requests.labels(method, route, str(status)),
                self._seconds.labels(method, route),
            )
        requests, times = labelled
        requests.inc()
        times.observe(seconds)

    async def page(self, _request: Request) -> Response:
        """The endpoint of `/metrics`; it belongs on a listener that the public cannot reach."""
        text = generate_latest(self.registry)
        return Response(text, headers={"content-type": CONTENT_TYPE_LATEST})
