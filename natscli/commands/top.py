"""``natscli top``."""

from typing import Annotated

import typer

from natscli.cli.options import SharedOptions, shared_options
from natscli.cli.run import run
from natscli.commands.arguments import as_utf8
from natscli.commands.looking import LookOptions, can_show_app, look
from natscli.commands.serving import WebOptions, check_unserved, serve_app
from natscli.commands.watching import WatchOptions, plan
from natscli.errors import UsageError
from natscli.tap.garbage import collect_seldom


@shared_options
def top(
    shared: SharedOptions,
    options: WatchOptions,
    looking: LookOptions,
    web: WebOptions,
    subjects: Annotated[
        list[str] | None, typer.Argument(help="Subjects to watch. [>]", parser=as_utf8, metavar="subjects")
    ] = None,
) -> None:
    """Watch live traffic, subject by subject.

    How often, how much, how fast it is answered, in an app whose keys ? explains.  With --for, --once,
    --json or --csv, and where there is no terminal, the figures are printed.  --web shows the app in a browser.

    Every message is counted; what was not looked at, or had to be let go, is said.  The exit code is 1 when
    an alert fired, and 7 when messages were lost because we read too slowly.
    """
    collect_seldom()
    wished = plan(subjects, options)
    app = web.web or (can_show_app() and not options.headless)
    looking.check(app=app)
    if web.web:
        serve_app(shared, options, looking, web, subjects or ())
        return
    check_unserved(web)
    if not app:
        from natscli.commands.headless import Headless  # 20 ms that the app does not need

        task = Headless(shared, options, wished, shared.target)
        run(task.run, ends_itself=True)
    else:
        if options.top is not None:
            raise UsageError("--top is for printed figures", "the app shows all rows; --once prints")
        look(shared, wished, looking, options)
