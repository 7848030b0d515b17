"""Typing in the set-up: the browser goes to errors, the next step saves, and leaving warns of what is not saved."""

import pytest
from playwright.sync_api import Page, expect


@pytest.fixture
def hours(page_of) -> Page:
    page = page_of("owner", "/setup/hours/", live=False)
    page.set_viewport_size({"width": 390, "height": 844})
    return page


def in_sight(page: Page, selector: str) -> bool:
    box = page.locator(selector).bounding_box()
    return box is not None and box["y"] >= 56 and box["y"] + box["height"] <= 844


def test_half_an_opening_time_is_shown_where_it_was_typed(hours: Page, axe):
    hours.locator("#id_opens_6_2").fill("18:00")
    hours.get_by_role("button", name="Save hours").click()
    expect(hours.locator("#id_closes_6_2_error")).to_contain_text("Give both times, or none.")
    expect(hours.locator("#id_closes_6_2")).to_be_focused()
    assert in_sight(hours, "#id_closes_6_2_error")
    assert hours.evaluate("document.documentElement.scrollWidth <= innerWidth")
    axe(hours)


def test_the_next_step_saves_a_changed_form(hours: Page):
    hours.locator("#id_opens_6_2").fill("23:10")
    hours.locator("#id_closes_6_2").fill("23:40")
    hours.get_by_role("link", name="Next step").click()
    expect(hours).to_have_url("/setup/tax/")
    expect(hours.locator(".setup [role=status]")).to_contain_text("The opening hours are saved.")
    hours.goto("/setup/hours/")
    expect(hours.locator("#id_opens_6_2")).to_have_value("23:10")
    hours.get_by_role("link", name="Next step").click()
    expect(hours).to_have_url("/setup/tax/")


def test_leaving_by_another_way_warns_of_what_is_not_saved(hours: Page):
    asked = []
    hours.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    hours.locator("#id_reason").fill("Party")
    hours.get_by_role("link", name="All steps").click()
    expect(hours.locator("#id_reason")).to_have_value("Party")
    assert asked == ["beforeunload"]
    assert hours.url.endswith("/setup/hours/")
    hours.locator("#id_reason").fill("")
    hours.get_by_role("link", name="All steps").click()
    expect(hours).to_have_url("/setup/")
    assert len(asked) == 1, "nothing was lost, so nothing is asked"


def test_three_services_stand_in_rows_beside_their_day(hours: Page):
    hours.set_viewport_size({"width": 1366, "height": 768})
    boxes = [box.bounding_box() for box in hours.locator(".setup__day").first.locator(".setup__service").all()]
    legend = hours.locator(".setup__day legend").first.bounding_box()
    assert len(boxes) == 3, "two services and an empty one"
    assert {round(box["x"]) for box in boxes[2:]} == {round(boxes[0]["x"])} or boxes[2]["y"] == boxes[0]["y"]
    assert all(box["x"] >= legend["x"] + legend["width"] for box in boxes)
