"""What each gateway's provider answers in each situation of the contract. A new gateway adds its own."""

import json
from dataclasses import dataclass
from enum import Enum, auto

import httpx


class Situation(Enum):
    """What the provider does with a request."""

    YES = auto()
    NO = auto()
    INVALID = auto()
    CANNOT_SAY = auto()
    RATE_WITH_WAIT = auto()
    RATE_WITHOUT_WAIT = auto()
    SERVER_ERROR = auto()
    TIME_OUT = auto()
    HTML = auto()
    OTHER_NUMBER = auto()
    PARTIAL = auto()
    KEY_REFUSED = auto()
    SESSION_LOST = auto()


OTHER = "447400999999"
HTML = "<html><body>Checking your browser</body></html>"


@dataclass(frozen=True)
class SendApiStage:
    """SendAPI's provider."""

    key = "sk_test_canary_5f2d9a"
    session = "sess_1"
    never: frozenset[Situation] = frozenset()

    def answer(self, situation, numbers):
        (number,) = numbers
        phone = {"phone": f"+{number}", "is_whatsapp_user": True, "whatsapp_id": f"{number}@s.whatsapp.net"}
        refused = {"success": False}
        return {
            Situation.YES: lambda: _json(phone),
            Situation.NO: lambda: _json(phone | {"is_whatsapp_user": False, "whatsapp_id": None}),
            Situation.INVALID: lambda: _json({"error": {"code": 4001, "message": "no phone"}}, 422),
            Situation.CANNOT_SAY: lambda: _json(phone | {"is_whatsapp_user": None}),
            Situation.RATE_WITH_WAIT: lambda: _json(refused, 429, {"Retry-After": "7"}),
            Situation.RATE_WITHOUT_WAIT: lambda: _json(refused, 429),
            Situation.SERVER_ERROR: lambda: _json(refused, 500),
            Situation.HTML: lambda: httpx.Response(200, html=HTML),
            Situation.OTHER_NUMBER: lambda: _json(phone | {"phone": f"+{OTHER}"}),
            Situation.KEY_REFUSED: lambda: _json({"error": {"code": 4011, "type": "invalid_api_key"}}, 401),
            Situation.SESSION_LOST: lambda: _json(
                refused | {"error": {"message": "Session is not connected"}}, 409
            ),
        }[situation]()

    def state(self):
        return _json({"id": self.session, "status": "connected", "phone_number": "+447400123456"})

    def sessions(self):
        return _json({"data": [{"id": self.session, "status": "connected"}], "meta": {"total": 1}})

    def contacts(self):
        contact = {"phone": "+447400123456", "name": "Ann", "is_whatsapp_user": True}
        return _json({"data": [contact], "meta": {"total": 1, "page": 1, "per_page": 100}})

    def limits(self):
        return _json({"requests": 7})

    def respond(self, situation, request):
        path = request.url.path
        if path.endswith("/check"):
            return self.answer(situation, [path.split("/")[-2].replace("%2B", "").lstrip("+")])
        if path.endswith("/contacts"):
            return self.contacts()
        if path.endswith("/usage"):
            return self.limits()
        return self.sessions() if path.endswith("/sessions") else self.state()


@dataclass(frozen=True)
class ToyStage:
    """The toy's provider."""

    key = "sk_test_canary_5f2d9a"
    session = "main"
    never: frozenset[Situation] = frozenset()

    def respond(self, situation, request):
        path = request.url.path
        if path.endswith("/state"):
            return _json({"state": "open"})
        numbers = path.rsplit("/", 1)[1].split(",")
        entries = [{"number": number, "exists": situation is Situation.YES} for number in numbers]
        invalid = [{"number": numbers[0], "error": "invalid"}, *entries[1:]]
        silent = [{"number": one, "exists": None} for one in numbers]
        return {
            Situation.YES: lambda: _json({"numbers": entries[::-1]}),
            Situation.NO: lambda: _json({"numbers": entries}),
            Situation.INVALID: lambda: _json({"numbers": invalid}),
            Situation.CANNOT_SAY: lambda: _json({"numbers": silent}),
            Situation.RATE_WITH_WAIT: lambda: _json({"code": "slow_down"}, 429, {"Retry-After": "7"}),
            Situation.RATE_WITHOUT_WAIT: lambda: _json({"code": "slow_down"}, 429),
            Situation.SERVER_ERROR: lambda: _json({}, 502),
            Situation.HTML: lambda: httpx.Response(200, html=HTML),
            Situation.OTHER_NUMBER: lambda: _json({"numbers": [{"number": OTHER, "exists": True}]}),
            Situation.PARTIAL: lambda: _json({"numbers": entries[1:]}),
            Situation.KEY_REFUSED: lambda: _json({"code": "bad_key"}, 401),
            Situation.SESSION_LOST: lambda: _json({"code": "session_lost"}, 500),
        }[situation]()


@dataclass(frozen=True)
class EvolutionStage:
    """Evolution API's server."""

    key = "canary_5f2d9a_evolution"
    session = "main"
    # It calls no number invalid.
    never = frozenset({Situation.INVALID})

    def answer(self, situation, numbers):
        entries = [self.entry(number, exists=situation is Situation.YES) for number in numbers]
        return {
            Situation.YES: lambda: _json(entries[::-1]),
            Situation.NO: lambda: _json(entries),
            Situation.CANNOT_SAY: lambda: _json([one | {"exists": None} for one in entries]),
            Situation.RATE_WITH_WAIT: lambda: self.boom(500, "rate-overlimit", {"Retry-After": "7"}),
            Situation.RATE_WITHOUT_WAIT: lambda: self.boom(500, "rate-overlimit"),
            Situation.SERVER_ERROR: lambda: self.failure(500, "Internal server error"),
            Situation.HTML: lambda: httpx.Response(200, html=HTML),
            Situation.OTHER_NUMBER: lambda: _json([self.entry(OTHER, exists=True)]),
            Situation.PARTIAL: lambda: _json(entries[1:]),
            Situation.KEY_REFUSED: lambda: self.failure(401, "Unauthorized"),
            Situation.SESSION_LOST: lambda: self.boom(428, "Connection Closed"),
        }[situation]()

    def entry(self, number, *, exists):
        return {"jid": f"{number}@s.whatsapp.net", "exists": exists, "number": number}

    def boom(self, status, message, headers=None):
        payload = {"statusCode": status, "error": "Error", "message": message}
        output = {"statusCode": status, "payload": payload}
        return _json({"data": None, "isBoom": True, "isServer": False, "output": output}, 400, headers)

    def failure(self, status, message):
        return _json({"status": status, "error": "Error", "response": {"message": [message]}}, status)

    def respond(self, situation, request):
        path = request.url.path
        if "/whatsappNumbers/" in path:
            return self.answer(situation, json.loads(request.content)["numbers"])
        if "/findContacts/" in path:
            return _json([{"remoteJid": "447400123456@s.whatsapp.net", "pushName": "Ann", "isGroup": False}])
        if path.endswith("/fetchInstances"):
            return _json([{"name": self.session, "connectionStatus": "open", "token": "t0ken"}])
        return _json({"instance": {"instanceName": self.session, "state": "open"}})


def _json(body, status=200, headers=None):
    return httpx.Response(status, json=body, headers=headers)


STAGES = {"sendapi": SendApiStage(), "toy": ToyStage(), "evolution": EvolutionStage()}
