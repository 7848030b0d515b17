"""The set-up in a browser: no serious findings of axe on the overview and on a step, in both themes and two sizes."""


def test_the_overview_and_a_step(page_of, axe):
    page = page_of("owner", "/floor/")
    for theme in ("light", "dark"):
        page.emulate_media(color_scheme=theme)
        for path in ("/setup/", "/setup/hours/"):
            for width, height in ((1366, 768), (390, 844)):
                page.set_viewport_size({"width": width, "height": height})
                page.goto(path)
                assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), (path, width)
                axe(page)
