"""The units of examples/schedules, started as their schedulers do, against the sandbox."""

import configparser
import json
import os
import re
import shlex
import shutil
import stat
import subprocess

import pytest
import yaml

from tests.support.installed import ROOT, VALIDATOR, sandbox

UNITS = ROOT / "examples" / "schedules"
PAGE = (ROOT / "docs" / "schedules.md").read_text(encoding="utf-8")
README = (ROOT / "README.md").read_text(encoding="utf-8")
KEY = "sk_test_0123456789abcdefghijklmn"
SESSION = "sess_01H8BKF0000000000000000Z2T"

# What a run may end with that is tried again, skipped, or brought before a person; from the README's table.
AGAIN, SKIPPED, FAILED = {4, 5}, {7}, {1, 2, 3, 6}


@pytest.fixture
def leads(tmp_path):
    """A folder with a list, whose key has no more rights than it needs."""
    (tmp_path / "leads.csv").write_text("name,phone\nAnn,07400 123456\n")
    (tmp_path / "key").write_text(f"{KEY}\n")
    (tmp_path / "key").chmod(0o600)
    return tmp_path


def unit(name):
    """A unit of systemd by section; settings that stand twice are lists of values in lines."""
    text = (UNITS / name).read_text(encoding="utf-8").replace("\\\n", " ")
    parser = configparser.ConfigParser(strict=False, interpolation=None, comment_prefixes="#")
    parser.optionxform = str
    parser.read_string(text)
    return parser


def codes(text):
    return set(map(int, text.split()))


def test_the_page_names_each_unit():
    assert not [path.name for path in UNITS.iterdir() if f"examples/schedules/{path.name}" not in PAGE]


def test_the_crontab_is_the_one_of_the_readme():
    assert (UNITS / "crontab").read_text(encoding="utf-8").strip() in README


@pytest.mark.slow
def test_the_crontab_works_with_what_cron_gives_it(leads):
    *variables, line = (UNITS / "crontab").read_text(encoding="utf-8").splitlines()
    with sandbox(leads) as url:
        given = dict(variable.split("=", 1) for variable in variables) | {"SENDAPI_BASE_URL": url}
        given["PATH"] = given["PATH"].replace("/opt/validator/bin", str(VALIDATOR.parent))
        command = line.split(maxsplit=5)[5].replace("/srv/leads", str(leads))
        command = command.replace("/etc/validator/key", str(leads / "key"))

        done = subprocess.run(
            ["/bin/sh", "-c", command],
            cwd="/",
            env={"HOME": str(leads), "LOGNAME": "ann"} | given,
            check=False,
        )

    summary = json.loads((leads / "validator.log").read_text())
    assert (done.returncode, summary["exit_code"], summary["rows"]) == (0, 0, 1)


@pytest.mark.slow
def test_the_service_works_with_what_systemd_gives_it(leads):
    service = unit("validator.service")["Service"]
    places = {
        "/opt/validator/bin/validator": str(VALIDATOR),
        "%d": str(leads / "credentials"),
        "%S": str(leads / "state"),
        "/var/lib/prometheus/node-exporter": str(leads),
    }

    def placed(text):
        for there, here in places.items():
            text = text.replace(there, here)
        return text

    (leads / "state" / service["StateDirectory"]).mkdir(parents=True, mode=0o700)
    (leads / "credentials").mkdir(mode=0o700)
    name = service["LoadCredential"].partition(":")[0]
    shutil.copy(leads / "key", leads / "credentials" / name)
    (leads / "credentials" / name).chmod(0o400)
    with sandbox(leads) as url:
        done = subprocess.run(
            shlex.split(placed(service["ExecStart"])),
            cwd=leads,
            env={"PATH": "/usr/bin:/bin", "SENDAPI_BASE_URL": url, "SENDAPI_SESSION_ID": SESSION}
            | dict([placed(service["Environment"]).split("=", 1)]),
            capture_output=True,
            text=True,
            check=False,
        )

    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout)["rows"] == 1
    assert (leads / "leads.checked.csv").is_file()
    assert (leads / "send.csv").is_file()
    assert (leads / "state" / "validator" / "recipient-validator" / "ledger.sqlite").is_file()
    assert stat.S_IMODE((leads / "leads.prom").stat().st_mode) == 0o644


def test_the_service_maps_each_exit_code():
    service = unit("validator.service")["Service"]

    assert codes(service["SuccessExitStatus"]) == SKIPPED | {143}
    assert codes(service["RestartPreventExitStatus"]) == FAILED
    assert service["Restart"] == "on-failure"


@pytest.mark.parametrize(
    ("now", "starts"), [("0000", True), ("0105", True), ("0629", True), ("0630", False), ("0900", False)]
)
def test_the_service_does_not_start_in_the_working_day(tmp_path, now, starts):
    (tmp_path / "date").write_text(f"#!/bin/sh\n[ $1 = +%H%M ] && echo {now}\n")
    (tmp_path / "date").chmod(0o755)
    condition = unit("validator.service")["Service"]["ExecCondition"].replace("%%", "%").replace("$$", "$")

    done = subprocess.run(shlex.split(condition), env={"PATH": f"{tmp_path}:/bin"}, check=False)

    assert (done.returncode == 0) is starts
    assert done.returncode in {0, 1}


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd-analyze is not here")
def test_systemd_accepts_the_units(tmp_path):
    service = (UNITS / "validator.service").read_text(encoding="utf-8")
    (tmp_path / "validator.service").write_text(
        service.replace("/opt/validator/bin/validator", str(VALIDATOR))
    )
    shutil.copy(UNITS / "validator.timer", tmp_path)
    units = [str(tmp_path / name) for name in ("validator.service", "validator.timer")]

    verified = subprocess.run(
        ["systemd-analyze", "verify", *units], capture_output=True, text=True, check=False
    )
    exposed = subprocess.run(
        ["systemd-analyze", "security", "--offline=yes", "--threshold=20", units[0]],
        capture_output=True,
        text=True,
        check=False,
    )

    assert (verified.returncode, verified.stdout + verified.stderr) == (0, "")
    assert exposed.returncode == 0, exposed.stdout[-200:]


@pytest.fixture
def cronjob():
    """The CronJob, and the pod that it starts."""
    documents = list(yaml.safe_load_all((UNITS / "cronjob.yaml").read_text(encoding="utf-8")))
    found = {document["kind"]: document for document in documents}
    assert set(found) == {"PersistentVolumeClaim", "CronJob"}
    job = found["CronJob"]["spec"]["jobTemplate"]["spec"]
    return found, job, job["template"]["spec"]


def test_the_pod_has_no_rights_and_a_root_that_it_cannot_write(cronjob):
    _, _, pod = cronjob
    (container,) = pod["containers"]

    assert pod["securityContext"]["runAsNonRoot"] is True
    assert min(pod["securityContext"][name] for name in ("runAsUser", "runAsGroup", "fsGroup")) > 1_000
    assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert container["securityContext"] == {
        "readOnlyRootFilesystem": True,
        "allowPrivilegeEscalation": False,
        "capabilities": {"drop": ["ALL"]},
    }
    assert pod["automountServiceAccountToken"] is False
    assert pod["enableServiceLinks"] is False


def test_the_pod_keeps_its_ledger_and_reads_the_key_from_a_secret(cronjob):
    found, _, pod = cronjob
    (container,) = pod["containers"]
    volumes = {volume["name"]: volume for volume in pod["volumes"]}
    mounts = {mount["mountPath"]: mount["name"] for mount in container["volumeMounts"]}

    claim = volumes[mounts["/var/lib/validator"]]["persistentVolumeClaim"]["claimName"]
    assert claim == found["PersistentVolumeClaim"]["metadata"]["name"]
    key_file = next(arg for arg in container["args"] if arg.startswith("--api-key-file=")).partition("=")[2]
    secret = volumes[mounts[os.path.dirname(key_file)]]["secret"]  # noqa: PTH120 - of a container
    assert secret["items"] == [{"key": "key", "path": os.path.basename(key_file)}]  # noqa: PTH119 - as above
    assert secret["defaultMode"] == 0o400
    assert "emptyDir" in volumes[mounts["/tmp"]]
    assert set(mounts.values()) == set(volumes)


def test_the_job_maps_each_exit_code(cronjob):
    found, job, pod = cronjob
    evicted, failed = job["podFailurePolicy"]["rules"]

    assert evicted["action"] == "Ignore"
    assert (failed["action"], failed["onExitCodes"]["operator"]) == ("FailJob", "In")
    assert set(failed["onExitCodes"]["values"]) == FAILED
    assert failed["onExitCodes"]["containerName"] == pod["containers"][0]["name"]
    assert "--success-codes=0,7" in pod["containers"][0]["args"]
    assert (pod["restartPolicy"], found["CronJob"]["spec"]["concurrencyPolicy"]) == ("Never", "Forbid")
    assert job["backoffLimit"] > 0
    assert not [arg for arg in pod["containers"][0]["args"] if arg.startswith("--deadline")]


@pytest.mark.slow
def test_the_pod_works_with_what_kubernetes_gives_it(leads, cronjob):
    (container,) = cronjob[2]["containers"]
    arguments = [arg.replace("/run/secrets/sendapi", str(leads)) for arg in container["args"]]
    with sandbox(leads) as url:
        given = {"SENDAPI_BASE_URL": url, "SENDAPI_SESSION_ID": SESSION, "XDG_STATE_HOME": str(leads / "l")}

        done = subprocess.run(
            [VALIDATOR, *arguments], cwd=leads, env=given, capture_output=True, text=True, check=False
        )

    *_, last = map(json.loads, done.stderr.splitlines())
    assert (done.returncode, last["summary"]["rows"]) == (0, 1)
    assert (leads / "send.csv").is_file()


def containerfile():
    text = (UNITS / "Containerfile").read_text(encoding="utf-8")
    return [line.split(maxsplit=1) for line in text.splitlines() if line and not line.startswith("#")]


def test_the_container_belongs_to_nobody_and_has_a_volume_for_the_ledger():
    last_stage = containerfile()[[word for word, _ in containerfile()].index("FROM", 1) :]
    final = dict(last_stage)
    variables = dict(pair.split("=", 1) for pair in shlex.split(final["ENV"]))

    assert int(final["USER"].partition(":")[0]) > 1_000
    assert final["VOLUME"] == variables["XDG_STATE_HOME"] == "/var/lib/validator"
    assert json.loads(final["ENTRYPOINT"]) == ["validator"]
    assert not [word for word, _ in containerfile() if word in {"ADD", "ARG"}]
    assert not re.search("sk_|secret", str(containerfile()), re.IGNORECASE)


def test_container_and_pod_agree(cronjob):
    final = dict(containerfile())
    _, _, pod = cronjob
    security = pod["securityContext"]

    assert final["USER"] == f"{security['runAsUser']}:{security['runAsGroup']}"
    assert {final["VOLUME"], final["WORKDIR"]} <= {
        mount["mountPath"] for mount in pod["containers"][0]["volumeMounts"]
    }
