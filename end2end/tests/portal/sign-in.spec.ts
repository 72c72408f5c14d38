// The portal's door, with and without scripts.
import { axe, expect, noSidewaysScroll, test } from "../../harness/test.js";
import { LIEN, PASSWORD, PRACTICE, openPortal, typeSignIn } from "../../harness/people.js";

test("a patient signs in and is greeted by name", async ({ page }) => {
  await page.goto("/sign-in");
  await axe(page);
  await noSidewaysScroll(page);
  await typeSignIn(page, LIEN.email);
  await expect(page.getByRole("heading", { level: 1, name: `Hello ${LIEN.name}` })).toBeVisible();
  await expect(page.getByRole("main")).toContainText(PRACTICE);
});

test("the password can be shown once the page is awake", async ({ page }) => {
  await page.goto("/sign-in");
  await page.getByLabel("Password", { exact: true }).fill("abc");
  await page.getByRole("button", { name: "Show password" }).click();
  await expect(page.locator("#password")).toHaveAttribute("type", "text");
});

test("a wrong password is refused, and the address stays", async ({ page }) => {
  await page.goto("/sign-in");
  await typeSignIn(page, LIEN.email, "not the password");
  await expect(page.getByText("This email and password do not belong together.")).toBeVisible();
  await expect(page.getByLabel("Email")).toHaveValue(LIEN.email);
  await axe(page);
});

test("by keyboard alone", async ({ page }) => {
  await page.goto("/sign-in");
  await expect(page.getByLabel("Email")).toBeFocused();
  await page.keyboard.type(LIEN.email);
  await page.keyboard.press("Tab");
  await page.keyboard.type(PASSWORD);
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/\/portal\/pat_/);
  // The first stop leads past the bars.
  await page.keyboard.press("Tab");
  await expect(page.getByRole("link", { name: "Skip to the content" })).toBeFocused();
  await page.keyboard.press("Enter");
  await page.keyboard.press("Tab");
  await expect(page.getByRole("main").getByRole("link").first()).toBeFocused();
});

test("one who is not signed in is led to the door", async ({ page }) => {
  await page.goto("/portal/account");
  await expect(page).toHaveURL(/\/sign-in/);
  await typeSignIn(page, LIEN.email);
  await expect(page).toHaveURL(/\/portal/);
});

// SS-01
test("after signing out nothing is shown by the Back button", async ({ page }) => {
  await openPortal(page);
  await page.getByRole("link", { name: "Account", exact: true }).click();
  await page.getByRole("button", { name: "Sign out", exact: true }).first().click();
  await expect(page).toHaveURL(/\/sign-in/);
  await page.goBack();
  await expect(page.getByText(`Hello ${LIEN.name}`)).toHaveCount(0);
});

// B-07
test.describe("without scripts", () => {
  test.use({ javaScriptEnabled: false });

  test("sign in, walk through, sign out", async ({ page }) => {
    await page.goto("/sign-in");
    await typeSignIn(page, LIEN.email, "not the password");
    await expect(page.getByText("This email and password do not belong together.")).toBeVisible();
    await expect(page.getByLabel("Email")).toHaveValue(LIEN.email);
    await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
    await page.getByRole("button", { name: "Sign in", exact: true }).click();
    await expect(page.getByRole("heading", { level: 1, name: `Hello ${LIEN.name}` })).toBeVisible();
    for (const [way, heading] of [["Appointments", "Appointments"], ["Records", "Shared records"], ["Messages", "Messages"], ["Account", "Account"]]) {
      await page.getByRole("navigation").getByRole("link", { name: way!, exact: true }).click();
      await expect(page.getByRole("heading", { level: 1, name: heading! })).toBeVisible();
    }
    await page.getByRole("button", { name: "Sign out", exact: true }).first().click();
    await expect(page).toHaveURL(/\/sign-in/);
  });
});
