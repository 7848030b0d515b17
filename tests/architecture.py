"""The architecture rules as pure functions: source text in, findings out.

`tests/test_architecture.py` applies them to the product; `tests/test_architecture_controls.py` gives each rule a bad
sample that it must flag.
"""

import ast
import re
from collections.abc import Collection, Iterator, Mapping
from pathlib import PurePosixPath
from typing import Any

PRODUCT = frozenset(
    {
        "bistro", "bistro.backup", "bistro.booking_files", "bistro.core", "bistro.dashboard", "bistro.demo",
        "bistro.mail", "bistro.opening", "bistro.receipts", "bistro.setup", "bistro.webhooks", "menu", "menu.files",
        "menu.bulk", "tables", "tables.bookings", "tables.guests", "tables.sections", "tables.waitlist", "orders",
        "orders.billing", "orders.documents", "orders.till", "kitchen", "kitchen.printing",
    }
)  # fmt: skip
# The packages that each package may import, besides itself; an app inside a room (`kitchen.printing`) is one too.
MAY_IMPORT: Mapping[str, frozenset[str]] = {
    "bistro.core": frozenset(),
    "menu": frozenset({"bistro.core"}),
    "menu.files": frozenset({"bistro.core", "menu"}),
    "menu.bulk": frozenset({"bistro.core", "menu"}),
    "tables": frozenset({"bistro.core", "tables.guests"}),
    "tables.guests": frozenset({"bistro.core"}),
    "tables.sections": frozenset({"bistro.core", "tables"}),
    "tables.waitlist": frozenset({"bistro.core", "tables", "tables.guests", "tables.sections", "tables.bookings"}),
    "orders": frozenset(
        {"bistro.core", "menu", "tables", "tables.guests", "tables.sections", "tables.waitlist", "tables.bookings"}
    ),
    "tables.bookings": frozenset({"bistro.core", "tables", "tables.guests", "tables.sections"}),
    "orders.billing": frozenset({"bistro.core", "menu", "tables", "tables.bookings", "orders"}),
    "orders.documents": frozenset({"bistro.core", "menu", "tables", "orders", "orders.billing", "orders.till"}),
    "orders.till": frozenset({"bistro.core", "menu", "menu.files", "tables", "orders", "orders.billing"}),
    "kitchen": frozenset({"bistro.core", "menu", "menu.bulk", "tables", "orders"}),
    "kitchen.printing": frozenset({"bistro.core", "menu", "tables", "orders", "kitchen"}),
    "tools.simulator": frozenset({"bistro.core", "menu", "tables", "tables.bookings", "tables.waitlist"}),
    "bistro.opening": frozenset({"bistro.core", "tables", "kitchen"}),
    "bistro.setup": frozenset(
        {"bistro.core", "menu", "menu.files", "tables", "tables.bookings", "orders", "kitchen", "kitchen.printing"}
    ),
    "bistro.dashboard": frozenset(
        {"bistro.core", "bistro.setup", "menu", "tables", "tables.bookings", "orders", "kitchen"}
    ),
    "bistro.backup": frozenset({"bistro.core", "orders"}),
    "bistro.receipts": frozenset(
        {"bistro.core", "menu", "orders", "orders.billing", "orders.documents", "orders.till", "kitchen.printing"}
    ),
    "bistro.booking_files": frozenset({"bistro.core", "menu.files", "tables", "tables.bookings"}),
    "bistro.mail": frozenset(
        {"bistro.core", "orders", "orders.documents", "tables", "tables.bookings", "tables.guests", "tables.waitlist"}
    ),
    "bistro.webhooks": frozenset({"bistro.core", "orders"}),
    # The last three are called by `manage.py simulate`, whose host takes bookings with deposits.
    "bistro.demo": frozenset(
        {"bistro.core", "bistro.opening", "bistro.setup", "menu", "tables", "tables.bookings", "orders", "kitchen"}
        | {"orders.billing", "kitchen.printing"}
        | {"tools.simulator.command", "tools.simulator.options", "tools.simulator.evening.command"}
    ),
    "harness": PRODUCT | {"tools.simulator"},
    "benchmarks": PRODUCT | {"tools.simulator", "harness"},
    "tests.benchmarks": PRODUCT | {"tools.simulator", "harness", "benchmarks", "tests"},
    "tests": PRODUCT | {"tools.simulator", "harness"},
}
# The packages of bistro.core, lowest first: each may import only itself and those before it.
CORE_PACKAGES = (
    "kernel", "database", "speed", "models", "writing", "services", "auth", "live", "ops", "api", "web", "admin",
    "server", "management",
)  # fmt: skip
# Files and folders that Django expects beside the packages of bistro.core.
CORE_BESIDE_PACKAGES = frozenset({"__init__.py", "apps.py", "migrations", "templatetags", "tests"})
OURS = ("bistro", "menu", "tables", "orders", "kitchen", "tools", "harness", "benchmarks", "tests")
NAMELESS = frozenset({"utils", "util", "helpers", "helper", "common", "misc"})
WRITES = frozenset(
    {
        "save", "create", "update", "delete", "bulk_create", "bulk_update", "get_or_create", "update_or_create",
        "acreate", "aupdate", "adelete", "asave", "abulk_create",
    }
)  # fmt: skip
MAX_LINES = 400
MAX_FUNCTION_LINES = 40


def package_of(path: str) -> str | None:
    """Return the package of MAY_IMPORT that a file belongs to, or None for the composition root and the tests."""
    return _package_named(".".join(PurePosixPath(path).with_suffix("").parts))


def _package_named(name: str) -> str | None:
    """Return the innermost package of MAY_IMPORT that a dotted name belongs to."""
    return max((package for package in MAY_IMPORT if _belongs(name, package)), key=len, default=None)


def is_test(path: str) -> bool:
    """Return True for a file that only serves the tests."""
    pure = PurePosixPath(path)
    return "tests" in pure.parts or pure.name == "conftest.py"


def is_door(path: str) -> bool:
    """Return True for an entry point: views, API, admin, consumers, forms and commands."""
    pure = PurePosixPath(path)
    if is_test(path) or "migrations" in pure.parts:
        return False
    return (
        bool({"api", "admin", "views", "consumers", "forms", "management"} & set(pure.parts[:-1]))
        or pure.stem in {"views", "admin", "consumers", "forms"}
        or pure.stem.endswith(("_views", "_admin", "_consumers", "_forms"))
    )


def is_service(path: str) -> bool:
    """Return True for a module of services: `services.py` or in `services/`."""
    pure = PurePosixPath(path)
    return not is_test(path) and (pure.name == "services.py" or "services" in pure.parts[:-1])


# --- imports ---------------------------------------------------------------------------------------------------
def imported_names(source: str, path: str) -> Iterator[tuple[int, str]]:
    """Return (line, dotted name) of every imported module, also inside functions."""
    here = list(PurePosixPath(path).parts[:-1])
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield node.lineno, alias.name
        elif isinstance(node, ast.ImportFrom):
            base = here[: len(here) - node.level + 1] if node.level else []
            module = ".".join([*base, *([node.module] if node.module else [])])
            for alias in node.names:
                yield node.lineno, f"{module}.{alias.name}"


def _belongs(name: str, package: str) -> bool:
    return name == package or name.startswith(f"{package}.")


def imports_against_the_arrow(source: str, path: str) -> list[str]:
    """Return imports that MAY_IMPORT does not allow."""
    package = package_of(path)
    if package is None:
        return []
    allowed = {package, *MAY_IMPORT[package]}
    return [
        f"{path}:{line} imports {name}: {package} may import only {', '.join(sorted(allowed))}"
        for line, name in imported_names(source, path)
        if name.split(".")[0] in OURS and not _is_allowed(name, allowed)
    ]


def _is_allowed(name: str, allowed: Collection[str]) -> bool:
    """Return True if an allowed package contains this module; an app inside a room must be listed itself."""
    package = _package_named(name) or ""
    return any(_belongs(name, one) and len(one) >= len(package) for one in allowed)


def core_imports_upwards(source: str, path: str) -> list[str]:
    """Return imports between the packages of bistro.core that go from a lower one to a higher one."""
    parts = PurePosixPath(path).parts
    if parts[:2] != ("bistro", "core") or len(parts) < 4 or parts[2] not in CORE_PACKAGES or is_test(path):
        return []
    here = CORE_PACKAGES.index(parts[2])
    return [
        f"{path}:{line} imports {name}: bistro.core.{parts[2]} stands below it"
        for line, name in imported_names(source, path)
        if _belongs(name, "bistro.core")
        and (target := [*name.split("."), ""][2]) in CORE_PACKAGES
        and CORE_PACKAGES.index(target) > here
    ]


def loose_in_core(path: str) -> list[str]:
    """Return the module or folder if it is in bistro.core and in none of its packages."""
    parts = PurePosixPath(path).parts
    if parts[:2] != ("bistro", "core") or parts[2] in {*CORE_PACKAGES, *CORE_BESIDE_PACKAGES}:
        return []
    return [f"{path}: put it into one of the packages of bistro.core"]


def models_in_a_pure_client(source: str, path: str) -> list[str]:
    """Return imports of models in the simulator, which may use HTTP, WebSocket and services only."""
    if package_of(path) != "tools.simulator" or is_test(path):
        return []
    return [
        f"{path}:{line} imports {name}: the simulator is a client and knows no models"
        for line, name in imported_names(source, path)
        if name.split(".")[0] in OURS and "models" in name.split(".")
    ]


def forbidden_libraries(source: str, path: str) -> list[str]:
    """Return imports of Django's signals, and of the channel layer outside bistro.core."""
    found = []
    for line, name in imported_names(source, path):
        if _belongs(name, "channels.layers") and package_of(path) != "bistro.core" and not is_test(path):
            found.append(f"{path}:{line} imports {name}: only bistro.core touches the channel layer")
        if _belongs(name, "django.db.models.signals") or _belongs(name, "django.dispatch"):
            found.append(f"{path}:{line} imports {name}: no signals, list a reaction in settings")
    return found


# --- writing ---------------------------------------------------------------------------------------------------
def _root_name(node: ast.expr) -> str:
    while isinstance(node, ast.Attribute | ast.Call | ast.Subscript):
        node = node.func if isinstance(node, ast.Call) else node.value
    return node.id if isinstance(node, ast.Name) else ""


def writes_in_entry_points(source: str, path: str) -> list[tuple[int, str]]:
    """Return (line, name of the call) for calls that write rows in an entry point, other than calls of services."""
    if not is_door(path):
        return []
    return [
        (node.lineno, node.func.attr)
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in WRITES
        and not _root_name(node.func.value).endswith("services")
    ]


def bare_objects_in_entry_points(source: str, path: str) -> list[tuple[int, str]]:
    """Return (line, model) for `Model.objects` in an entry point without `.visible_to(...)` right after it."""
    if not is_door(path):
        return []
    tree = ast.parse(source)
    fenced = {
        id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Attribute) and node.attr == "visible_to"
    }
    return [
        (node.lineno, ast.unparse(node.value))
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        and node.attr in {"objects", "with_removed", "_default_manager", "_base_manager"}
        and id(node) not in fenced
    ]


def own_transactions(source: str, path: str) -> list[str]:
    """Return uses of `atomic` and similar decorators outside the unit of work."""
    return [
        f"{path}:{node.lineno} opens a transaction: only UnitOfWork does"
        for node in ast.walk(ast.parse(source))
        if (isinstance(node, ast.Attribute) and node.attr in {"atomic", "savepoint", "set_autocommit"})
        or (isinstance(node, ast.Name) and node.id == "atomic")
    ]


def statuses_set_directly(source: str, path: str) -> list[tuple[int, str]]:
    """Return (line, kind) of assignments and updates of `status` that bypass the table of moves."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Attribute) and node.attr == "status" and isinstance(node.ctx, ast.Store):
            found.append((node.lineno, "assignment"))
        elif isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            updated = {keyword.arg for keyword in node.keywords}
            if name in {"update", "aupdate"} and "status" in updated:
                found.append((node.lineno, "update"))
            if name == "setattr" and isinstance(node.args[1], ast.Constant) and node.args[1].value == "status":
                found.append((node.lineno, "setattr"))
    return [] if is_test(path) else found


def writes_outside_units(source: str, path: str) -> list[tuple[int, str]]:
    """Return (line, name) of public functions of services that write rows without a unit of work.

    A function has a unit if it opens one, receives one as `work`, or requires its transaction.
    """
    if not is_service(path):
        return []
    return [
        (node.lineno, node.name)
        for node in ast.parse(source).body
        if isinstance(node, ast.FunctionDef)
        and not node.name.startswith("_")
        and _writes(node)
        and not any(argument.arg == "work" for argument in [*node.args.args, *node.args.kwonlyargs])
        and not any(_calls(node, name) for name in ("UnitOfWork", "require_transaction", "writing"))
    ]


def _writes(function: ast.FunctionDef) -> bool:
    return any(
        isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in WRITES
        for node in ast.walk(function)
    )


def _calls(function: ast.AST, name: str) -> bool:
    return any(
        isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == name
        for node in ast.walk(function)
    )


def _opens_a_unit(function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    return _calls(function, "UnitOfWork")


def positional_services(source: str, path: str) -> list[tuple[int, str]]:
    """Return (line, name) of public services with positional arguments.

    A service has an actor or opens the unit of work. Shared parts in the same modules take rows and the unit of work.
    """
    if not is_service(path):
        return []
    found = []
    for node in ast.parse(source).body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and not node.name.startswith("_"):
            arguments = node.args
            positional = [*arguments.posonlyargs, *arguments.args, *([arguments.vararg] if arguments.vararg else [])]
            named = {argument.arg for argument in [*positional, *arguments.kwonlyargs]}
            if positional and ("actor" in named or _opens_a_unit(node)):
                found.append((node.lineno, node.name))
    return found


# --- names and sizes -------------------------------------------------------------------------------------------
def nameless_module(path: str) -> list[str]:
    """Return the module or folder if its name has no meaning."""
    pure = PurePosixPath(path)
    return [f"{path}: name it after what it holds" for part in [*pure.parts[:-1], pure.stem] if part in NAMELESS]


def too_long(source: str, path: str) -> list[str]:
    """Return the file if it is longer than the hard limit."""
    lines = len(source.splitlines())
    return [f"{path}: {lines} lines, at most {MAX_LINES}; split by noun or verb"] if lines > MAX_LINES else []


def long_functions(source: str, path: str) -> list[str]:
    """Return functions beyond the limit, with docstring and signature."""
    return [
        f"{path}:{node.lineno} {node.name}: {node.end_lineno - node.lineno + 1} lines, at most {MAX_FUNCTION_LINES}"
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and node.end_lineno is not None
        and node.end_lineno - node.lineno + 1 > MAX_FUNCTION_LINES
    ]


# --- pages -----------------------------------------------------------------------------------------------------
_TEMPLATE_COMMENTS = re.compile(r"\{#.*?#\}|\{% comment.*?%\}.*?\{% endcomment %\}|<!--.*?-->", re.S)
_TEMPLATE_TAGS = re.compile(r"\{%.*?%\}|\{\{.*?\}\}", re.S)
_TAGS = re.compile(r"<[a-zA-Z][^<>]*>")
_INLINE = (
    (re.compile(r"<style\b", re.I), "an inline style sheet"),
    (re.compile(r"\sstyle\s*=", re.I), "a style attribute"),
    (re.compile(r"\son[a-z]+\s*=", re.I), "an inline event handler"),
    (re.compile(r"\s(?:data-)?hx-on[:\-\w]*\s*=", re.I), "hx-on"),
    (re.compile(r"=\s*[\"']?\s*javascript:", re.I), "a javascript: address"),
)
_SCRIPT = re.compile(r"<script\b([^>]*)>", re.I)


def inline_code(source: str, path: str) -> list[str]:
    """Return inline scripts, styles and handlers, which the content security policy would block."""
    text = _TEMPLATE_TAGS.sub(" ", _TEMPLATE_COMMENTS.sub("", source))
    found = [
        f"{path}: a script without src"
        for match in _SCRIPT.finditer(text)
        if not re.search(r"\bsrc\s*=", match[1]) and "application/json" not in match[1]
    ]
    for tag in _TAGS.findall(text):
        found += [f"{path}: {what} in {tag[:60]!r}" for pattern, what in _INLINE if pattern.search(tag)]
    return found


# --- descriptions by the running product ----------------------------------------------------------------
def undocumented_operations(schema: Mapping[str, Any]) -> list[str]:
    """Return operations of an OpenAPI document without a description."""
    verbs = {"get", "post", "put", "patch", "delete"}
    return [
        f"{verb.upper()} {path} has no description"
        for path, operations in schema["paths"].items()
        for verb, operation in operations.items()
        if verb in verbs and not (operation.get("description") or "").strip()
    ]


def fields_without_tenant(models: Mapping[str, Collection[str]], exempt: Collection[str]) -> list[str]:
    """Return models (label → names of its fields) without the restaurant's key."""
    return [
        f"{label} has no restaurant"
        for label, fields in models.items()
        if "restaurant" not in fields and label not in exempt
    ]


def keys_against_the_arrow(links: Collection[tuple[str, str]]) -> list[str]:
    """Return foreign keys (from package, to package) in a direction that imports may not have."""
    return [
        f"{here} points at {there}"
        for here, there in links
        if here in MAY_IMPORT and there in MAY_IMPORT and there != here and there not in MAY_IMPORT[here]
    ]
