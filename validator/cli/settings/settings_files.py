"""The values of settings files, and what each file may set.

A file named with `--config` overrides the project file (`validator.toml` in the working folder), which
overrides the user's own (`config.toml` in the configuration folder). Another person may have made a working
folder: so its file cannot set where a key goes, which credentials are read, or what is written elsewhere.

A profile, `[profiles.NAME]`, is a part of a settings file that `--profile NAME` chooses. It overrides the
environment and all settings outside of profiles. It may set what its file may set.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec import Struct, field

from validator.cli.settings.defaults import PROTECTING
from validator.cli.settings.narrow_lists import commands_without_lists
from validator.cli.settings.settings_sources import SettingsFile, is_read, parsed
from validator.errors import UsageError
from validator.gateways.registry import GATEWAYS
from validator.model import ObjectUrl
from validator.nearest import suggestion

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

# The options that a file found in a folder may set. The user has to set all other options, so a new option is
# refused in such a file until it is added here.
FOLDER_MAY_SET = frozenset(
    {
        "accept", "canary", "column", "concurrency", "confirm-negatives", "contacts", "daily-cap", "deadline",
        "dry-run", "encoding", "enough", "excel-safe", "format", "grace", "header-row", "hidden", "join",
        "json", "landlines", "limit", "line-type", "log-format", "max-age", "max-error-rate", "max-invalid",
        "max-outage", "max-unknown", "max-wait", "no-clobber", "numbers", "offline", "only", "order",
        "output", "output-dir", "prefix", "price", "progress", "quiet", "ragged", "rate", "rate-share",
        "refresh", "region", "region-column", "report", "retries", "seed", "sendable", "session", "several",
        "sheet", "size", "split", "strength", "strict", "summary", "suppress", "suppress-column",
        "timeout", "variants", "verbose", "wait-for-key",
    }
)  # fmt: skip
# The options among them that name files.
_NAME_FILES = frozenset({"output", "output-dir", "report", "sendable", "split", "summary", "suppress"})
_STDOUT = "-"

KEYS = "keys"
"""The table with the keys: `[keys.NAME]`."""
GATEWAY = "gateway"
"""The table with the settings for one gateway: `[gateway.NAME]`. As a plain key it is an option."""
OF_GATEWAY = frozenset(
    {
        *("allow-new-host", "api-key-file", "base-url", "ca-file", "canary", "concurrency", "daily-cap"),
        *("default", "proxy", "rate", "rate-share", "session", "timeout"),
    }
)
"""The settings that such a table may have; `default = true` makes it the gateway to ask."""
PROFILES = "profiles"
"""The table with the profiles: `[profiles.NAME]`."""


class Defaults(Struct, frozen=True):
    """The merged values of the settings files.

    Attributes:
        options: for each command its options with a text, a number, a boolean or a list of these.
        keys: the tables `[keys.NAME]`, by name.
        gateways: the tables `[gateway.NAME]`, by name, each with its file as `origin`.
        origins: for each command and option, the origin of the value: the file, and the profile in it.
        profiles: for each profile of any file, the options that it sets for each command.
        guarded: the commands for which the user's own files name suppression lists.
        warnings: for each command, what to print if it runs.
    """

    options: dict[str, dict[str, Any]]
    keys: dict[str, dict[str, Any]] = field(default_factory=dict)
    gateways: dict[str, dict[str, Any]] = field(default_factory=dict)
    origins: dict[str, dict[str, str]] = field(default_factory=dict)
    profiles: dict[str, dict[str, set[str]]] = field(default_factory=dict)
    guarded: set[str] = field(default_factory=set)
    warnings: dict[str, list[str]] = field(default_factory=dict)


def read_defaults(
    known: Mapping[str, set[str]],
    files: Sequence[SettingsFile],
    profile: str | None = None,
    on_settings: Callable[[Mapping[str, Any]], None] = lambda _: None,
) -> Defaults:
    """Return the defaults of each command; each option of a later file overrides that of an earlier one.

    A key at the top level applies to every command with such an option; a key in a table with a command's
    name applies to that command only. A folder's file that others can change is not read, with a warning.

    Args:
        known: each command's option names, as on the command line but without dashes.
        files: the files, which need not exist.
        profile: the chosen profile, which overrides all settings outside of profiles.
        on_settings: called with the content of each file, before anything in it is refused.

    Raises:
        UsageError: a file is not TOML, names a command or an option that does not exist, or is found in a
            folder and sets an option that only the user may set; or no file has the profile.
    """
    merged = Defaults({command: {} for command in known}, origins={command: {} for command in known})
    found = [(file, _dashed(parsed(file.path))) for file in files if file.is_there and is_read(file)]
    for _, content in found:
        on_settings(content)
    tables = [(file, name, table) for file, content in found for name, table in _profiles(file.path, content)]
    for file, content in found:
        _merge(merged, file, content, known)
    for file, name, table in tables:
        read = merged if name == profile else Defaults({}, origins={})
        sets = _merge(read, file, table, known, profile=name)
        for command, options in sets.items():
            merged.profiles.setdefault(name, {}).setdefault(command, set()).update(options)
    if profile is not None and profile not in merged.profiles:
        there = f"{', '.join(sorted(merged.profiles)) or 'none'}.{suggestion(profile, merged.profiles)}"
        raise UsageError(
            f"--profile names {profile!r}, and no settings file that is read has [{PROFILES}.{profile}]; "
            f"there are: {there} `validator config` shows which files are read"
        )
    return merged


def _profiles(path: Path, content: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Remove the profiles from a file's content, and yield their names and tables."""
    tables = content.pop(PROFILES, {})
    if not isinstance(tables, dict):
        raise UsageError(f"{path}: {PROFILES} is not a table; write [{PROFILES}.NAME] and its settings below")
    for name, table in tables.items():
        if not isinstance(table, dict):
            raise UsageError(
                f"{path}: {PROFILES}.{name} is not a table; write [{PROFILES}.{name}] and its settings below"
            )
        yield name, _dashed(table)


def _merge(
    merged: Defaults,
    file: SettingsFile,
    content: dict[str, Any],
    known: Mapping[str, set[str]],
    *,
    profile: str = "",
) -> dict[str, set[str]]:
    """Add the content of a file, or of a profile in it, to the defaults; return the options by command."""
    origin = f"{file.path} [{PROFILES}.{profile}]" if profile else str(file.path)
    keys = content.pop(KEYS, {}) if isinstance(content.get(KEYS), dict) else {}
    gateways = content.pop(GATEWAY) if isinstance(content.get(GATEWAY), dict) else {}
    tables = {name: _dashed(value) for name, value in content.items() if isinstance(value, dict)}
    shared = {name: value for name, value in content.items() if name not in tables}
    _check_names(origin, shared, tables, known)
    for table in (shared, *tables.values()):
        _check_values(origin, table)
    if not file.is_own:
        named = [name for name, there in ((KEYS, keys), (GATEWAY, gateways)) if there]
        _check_folder_file(file.path, named, (shared, *tables.values()))
    merged.keys.update(_key_tables(file.path, keys))
    for name, table in _gateway_tables(origin, gateways).items():
        merged.gateways.setdefault(name, {}).update(table)
    for command, warning in commands_without_lists(origin, PROTECTING, shared, tables, known):
        merged.warnings.setdefault(command, []).append(warning)
    sets: dict[str, set[str]] = {}
    for command, options in known.items():
        own = {name: value for name, value in shared.items() if name in options} | tables.get(command, {})
        before = merged.options.setdefault(command, {})
        if file.is_own and own.get(PROTECTING):
            merged.guarded.add(command)
        if profile or not file.is_own:
            own = _with_all_lists(before, own)
        before.update(own)
        merged.origins.setdefault(command, {}).update(dict.fromkeys(own, origin))
        sets[command] = set(own)
    return sets


def _with_all_lists(own: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the options of a folder's file or a profile, with the earlier suppression lists added."""
    lists = [*_listed(own.get(PROTECTING)), *_listed(given.get(PROTECTING))]
    return {**given, PROTECTING: lists} if PROTECTING in given else dict(given)


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _dashed(table: Mapping[str, Any]) -> dict[str, Any]:
    """Return a table with dashes instead of underscores in its keys, as on the command line."""
    return {key.replace("_", "-"): value for key, value in table.items()}


def _check_names(
    origin: str,
    shared: Mapping[str, Any],
    tables: Mapping[str, Mapping[str, Any]],
    known: Mapping[str, set[str]],
) -> None:
    if any("api-key" in table for table in (shared, *tables.values())):
        raise UsageError(
            f"{origin}: a key does not belong in here; name a file that holds it with api-key-file"
        )
    options = set().union(*known.values())
    if strange := sorted(set(shared) - options):
        hint = suggestion(strange[0], options)
        raise UsageError(
            f"{origin}: no command has an option {strange[0]!r}; see `validator COMMAND --help`.{hint}"
        )
    for command, table in tables.items():
        if command not in known:
            raise UsageError(
                f"{origin}: there is no command {command!r}; there are: {', '.join(sorted(known))}."
                f"{suggestion(command, known)}"
            )
        if strange := sorted(set(table) - known[command]):
            raise UsageError(
                f"{origin}: command {command!r} has no option {strange[0]!r}; "
                f"see `validator {command} --help`.{suggestion(strange[0], known[command])}"
            )


def _check_values(origin: str, table: Mapping[str, Any]) -> None:
    for option, value in table.items():
        parts = value if isinstance(value, list) else [value]
        if not all(isinstance(part, str | int | float) for part in parts):
            raise UsageError(f"{origin}: option {option!r} needs a text, a number, true or false, or a list")


def _check_folder_file(path: Path, named: Sequence[str], tables: Sequence[Mapping[str, Any]]) -> None:
    """Raise `UsageError` for options that a folder's file may not set; `named` are its other tables."""
    named = [*named, *(option for table in tables for option in table)]
    if refused := next((option for option in named if option not in FOLDER_MAY_SET), None):
        raise UsageError(
            f"{path} sets {refused!r}, which a file found in a folder may not: it decides where a key goes, "
            "or what is read and written outside that folder. Use a flag or an environment variable, or your "
            f"own settings file, or name this one with --config {path}"
        )
    for table in tables:
        for option, value in _files_in(table):
            if outside := _outside(path, value):
                raise UsageError(
                    f"{path}: {option} = {value!r} is {outside}, and a file found in a folder may name files "
                    f"in that folder only. Use a flag, or name this file with --config {path}"
                )


def _files_in(table: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for option, value in table.items():
        if option in _NAME_FILES:
            yield from ((option, str(part)) for part in _listed(value))


def _outside(path: Path, value: str) -> str:
    """Return where a file is if it is outside of the folder of `path`, links resolved; empty if inside."""
    if value == _STDOUT:
        return ""
    if ObjectUrl.is_one(value):
        return "a URL"
    folder = path.absolute().parent.resolve()
    return "" if (folder / value).resolve().is_relative_to(folder) else "outside that folder"


def _key_tables(path: Path, keys: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    for name, table in keys.items():
        if not isinstance(table, dict):
            raise UsageError(
                f"{path}: {KEYS}.{name} is not a table; write [keys.{name}] and its settings below"
            )
    return {name: _dashed(table) for name, table in keys.items()}


def _gateway_tables(origin: str, gateways: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Return the tables of gateways.

    Raises:
        UsageError: there is no such gateway, or a table has a setting that `OF_GATEWAY` does not list.
    """
    found = {}
    for name, table in gateways.items():
        where = f"{origin}: [{GATEWAY}.{name}]"
        if name not in GATEWAYS:
            names = ", ".join(GATEWAYS)
            raise UsageError(f"{where} is no gateway; there are: {names}.{suggestion(name, GATEWAYS)}")
        if not isinstance(table, dict):
            raise UsageError(f"{where} is not a table; write its settings below it")
        settings = _dashed(table)
        if strange := sorted(set(settings) - OF_GATEWAY):
            hint = suggestion(strange[0], OF_GATEWAY)
            raise UsageError(
                f"{where} has no setting {strange[0]!r}; there are: {', '.join(sorted(OF_GATEWAY))}.{hint}"
            )
        if not isinstance(settings.get("default", False), bool):
            raise UsageError(f"{where}: default is {settings['default']!r}; true or false is expected")
        _check_values(where, settings)
        found[name] = {**settings, "origin": origin}
    return found
