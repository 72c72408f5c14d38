// Two guides, apart from each other (S0-42).
import { axe, DESK, expect, noSidewaysScroll, test } from "../../harness/test.js";
import { openConsole } from "../../harness/people.js";

// S0-42: the patients' guide, with and without a sign-in.
test("the patients' guide", async ({ page }) => {
  await page.goto("/sign-in");
  await page.getByRole("link", { name: "Help for patients" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Help for patients" })).toBeVisible();
  await page.getByText("I forgot my password").click();
  await expect(page.getByText("never asks for it", { exact: false })).toBeVisible();
  await axe(page);
  await noSidewaysScroll(page);
});

// S0-42: beside the console.
test("the practice's guide opens beside the console", async ({ device }) => {
  const desk = await device(DESK);
  await openConsole(desk);
  await desk.getByLabel(/account and appearance/).click();
  const [guide] = await Promise.all([desk.waitForEvent("popup"), desk.getByRole("link", { name: "Help for practices" }).click()]);
  await expect(guide.getByRole("heading", { level: 1, name: "Help for practices" })).toBeVisible();
  await guide.getByText("How do I decide about a change?").click();
  await expect(guide.getByText("nobody decides about their own record", { exact: false })).toBeVisible();
  await axe(guide);
});
