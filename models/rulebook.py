"""A tenant's rulebook: its published automations, compiled once per version and found by trigger."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from models.automation import AutomationRow, AutomationState
from models.automation_file import Automation
from models.events import Fact
from models.flow import Program

CAP = "cap"
"""Why an automation was parked that would have written too much: its runs begin all the same, and wait (R21)."""
MATCHED = frozenset({AutomationState.ACTIVE, AutomationState.PAUSED, AutomationState.PARKED})
"""States in which triggers are looked at, if only to say that they begin nothing now."""


@dataclass(frozen=True, slots=True)
class Published:
    """One immutable version of an automation, ready to run (R6)."""

    id: str
    version: int
    automation: Automation
    program: Program

    def lets_service(self, service_id: str | None) -> bool:
        """Whether the trigger's filter lets a session of this service through."""
        services = self.automation.trigger.services
        return services is None or service_id in services


class Rulebook:
    """What a tenant's facts are matched against, and every version that a run may still be on."""

    __slots__ = ("_by_service", "_by_trigger", "_states", "_unfiltered", "_versions", "broken", "links", "merges")

    def __init__(
        self,
        rows: Iterable[AutomationRow],
        versions: Iterable[Published],
        unreadable: Mapping[tuple[str, int], str] | None = None,
    ) -> None:
        """Compile from rows and readable versions; `unreadable` tells of the other versions why."""
        self._versions = {(published.id, published.version): published for published in versions}
        self._states = {row.id: row for row in rows}
        reasons = unreadable or {}
        live = [(row.id, row.version or 0) for row in self._states.values() if row.state == AutomationState.ACTIVE]
        self.broken = {name: reasons[name, version] for name, version in live if (name, version) in reasons}
        """The active automations whose live version can't be read any more, and why."""
        limits = (version.automation.limit for version in self._versions.values())
        self.merges = any(limit is not None and limit.over == "merge" for limit in limits)
        """Whether any version notes charges over its limit (R7)."""
        self.links = any(version.program.holds_payment_link for version in self._versions.values())
        """Whether any version asks for money by payment links (R17)."""
        self._by_trigger: dict[str, list[Published]] = {}
        for row in self._states.values():
            published = self._versions.get((row.id, row.version or 0))
            if row.state in MATCHED and published is not None:
                self._by_trigger.setdefault(published.automation.trigger.on, []).append(published)
        self._unfiltered: dict[str, list[Published]] = {}
        self._by_service: dict[str, dict[str, list[Published]]] = {}
        for type_, all_ in self._by_trigger.items():
            self._unfiltered[type_] = [one for one in all_ if one.automation.trigger.services is None]
            services: dict[str, list[Published]] = self._by_service.setdefault(type_, {})
            for one in all_:
                for service_id in one.automation.trigger.services or ():
                    services.setdefault(service_id, []).append(one)

    def triggered_by(self, type_: str) -> list[Published]:
        """Return the automations that a fact of this type is about: the live ones, and those that are stopped."""
        return self._by_trigger.get(type_, [])

    def unfiltered(self, type_: str) -> list[Published]:
        """Return those of them that let every service through."""
        return self._unfiltered.get(type_, [])

    def filtered(self, type_: str) -> dict[str, list[Published]]:
        """Return those of them that name services, by the service."""
        return self._by_service.get(type_, {})

    def scheduled(self, automation_id: str) -> Published | None:
        """Return the live version of an automation that a schedule starts, also of one that is stopped."""
        return next((one for one in self.triggered_by(Fact.SCHEDULE_DUE) if one.id == automation_id), None)

    def version(self, automation_id: str, version: int) -> Published | None:
        """Return one version, also of an automation that is paused or archived."""
        return self._versions.get((automation_id, version))

    def begins_nothing(self, automation_id: str) -> bool:
        """Whether a trigger begins no run, not even a held one: the automation is paused, or parked but for a cap."""
        row = self._states.get(automation_id)
        paused = row is not None and row.state == AutomationState.PAUSED
        return paused or (row is not None and row.state == AutomationState.PARKED and row.parked_reason != CAP)

    def held(self, automation_id: str) -> bool:
        """Whether waiting runs of an automation are held: it is paused or parked (R6, R21)."""
        row = self._states.get(automation_id)
        return row is not None and row.state in {AutomationState.PAUSED, AutomationState.PARKED}
