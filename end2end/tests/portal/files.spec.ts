// Files that a patient sends: chosen, sent in pieces, stopped, broken off and gone on with; and what comes of them.
import { readFile } from "node:fs/promises";

import { axe, DESK, expect, noSidewaysScroll, nothingRan, PHONE, test, type Page } from "../../harness/test.js";
import { accept, addPatient, door, invite, newEmail, openConsole, typeSignIn, type Patient } from "../../harness/people.js";
import {
  arrived, fetched, field, holdPiece, LATITUDE, noBoxes, onDisk, pdf, photo, PIECE, REMARK, send, sendBytes,
} from "../../harness/files.js";
import type { Server } from "../../harness/server.js";

const KB = 1024;
const says = (page: Page) => page.locator("file-sender").getByRole("status");
const wrong = (page: Page) => page.locator("file-sender").getByRole("alert");
const row = (page: Page, name: string) => page.getByRole("listitem").filter({ hasText: name });

/** A patient who uses the portal on this phone, at the page of files. */
async function atFiles(desk: Page, phone: Page, portico: Server): Promise<Patient> {
  await openConsole(desk);
  const patient = await addPatient(desk);
  await accept(phone, await invite(desk, portico, patient));
  await phone.goto(`/portal/${patient.id}/files`);
  await expect(phone.getByRole("heading", { level: 1, name: "Files" })).toBeVisible();
  return patient;
}

/** Lets somebody else into the portal. */
async function letIn(desk: Page, portico: Server, patient: Patient, sees: string, may: string): Promise<string> {
  const email = newEmail();
  await desk.goto(`/console/patients/${patient.id}/contacts`);
  await desk.getByRole("button", { name: "Add Portal User" }).click();
  const dialog = desk.getByRole("dialog", { name: "Add Portal User" });
  await dialog.getByLabel("Name").fill("Sam Cho");
  await dialog.getByLabel("Email", { exact: true }).fill(email);
  await dialog.getByLabel("Confirm email").fill(email);
  await dialog.getByLabel("Sees").selectOption(sees);
  await dialog.getByLabel("May", { exact: true }).selectOption(may);
  await dialog.getByRole("button", { name: "Save Portal User" }).click();
  await expect(dialog).toBeHidden();
  return (await portico.mailFor(email)).link;
}

async function sent(page: Page): Promise<void> {
  await expect(page).toHaveURL(/files\?sent=yes$/);
  await expect(page.getByText("Sent. The practice was told that something came.")).toBeVisible();
}

// S0-21, UP-11
test("a photo and a letter are sent in one go, and come back", async ({ page, device, portico }) => {
  const desk = await device(DESK);
  const patient = await atFiles(desk, page, portico);
  await page.goto(`/portal/${patient.id}`);
  await page.getByRole("link", { name: /^Files/ }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Files" })).toBeVisible();
  await expect(page.getByText("No files yet")).toBeVisible();
  await expect(page.getByText(/up to 25 MB each. There is room for 500 files more in 1 GB/)).toBeVisible();
  await axe(page);
  await noSidewaysScroll(page);

  const letter = pdf(600 * KB);
  const files = [await onDisk("beach.jpg", photo()), await onDisk("letter.pdf", letter)];
  const hold = await holdPiece(page, 1);
  await page.getByLabel("What is it?").selectOption("Referral");
  await send(page, files);
  await hold.held;
  await expect(says(page)).toHaveText("File 2 of 2. Sending letter.pdf: 42 %");
  await expect(page.getByRole("progressbar", { name: "Send" })).toHaveJSProperty("value", PIECE);
  await expect(page.getByRole("button", { name: "Stop" })).toBeVisible();
  await axe(page);
  await noSidewaysScroll(page);
  await hold.letGo();
  await sent(page);
  await expect(row(page, "letter.pdf")).toContainText("Referral, PDF, 600 KB");
  await expect(row(page, "letter.pdf")).toContainText("You sent it on");
  await expect(row(page, "beach.jpg")).toContainText("Referral, Picture");
  await expect(page.getByText("There is room for 498 files")).toBeVisible();
  await axe(page);
  await noSidewaysScroll(page);

  const download = page.waitForEvent("download");
  await page.getByRole("link", { name: "letter.pdf", exact: true }).click();
  expect((await download).suggestedFilename()).toBe("letter.pdf");
  expect(letter.equals(await readFile(await (await download).path()))).toBe(true);

  const link = (await row(page, "beach.jpg").getByRole("link", { name: "beach.jpg" }).getAttribute("href"))!;
  const { headers, bytes } = await fetched(page, link);
  expect(headers["content-type"]).toBe("image/jpeg");
  expect(headers["content-disposition"]).toContain("attachment");
  expect(bytes.includes(LATITUDE)).toBe(false);
  expect(bytes.includes(REMARK)).toBe(false);
  expect(photo().includes(LATITUDE) && photo().includes(REMARK)).toBe(true);
  const opened = page.context().waitForEvent("page");
  await row(page, "beach.jpg").getByRole("link", { name: /^Look at it: Referral, Picture/ }).click();
  const shown = await opened;
  await shown.waitForLoadState();
  // Held upright: 48 by 32 points are shown as 32 by 48.
  expect(await shown.evaluate(() => [document.images[0]?.naturalWidth, document.images[0]?.naturalHeight])).toEqual([32, 48]);
  await shown.close();
  const whole = await fetched(page, (await row(page, "letter.pdf").getByRole("link", { name: /^Look at it/ }).getAttribute("href"))!);
  expect(whole.headers["content-type"]).toBe("application/pdf");
  expect(whole.headers["content-disposition"]).toContain("inline");
});

// UP-01, UP-02, UP-03
test("what cannot be sent is said beside the field, before anything is sent", async ({ page, device, portico }) => {
  await atFiles(await device(DESK), page, portico);
  const pieces = arrived(page);
  const refused = async (text: string): Promise<void> => {
    await expect(wrong(page)).toContainText(text);
    await expect(field(page)).toHaveAttribute("aria-invalid", "true");
    await expect(field(page)).toHaveAccessibleDescription(new RegExp(text.replace(/[.()]/g, "\\$&")));
    await expect(page.getByLabel("What is it?")).toHaveValue("letter");
    await expect.soft(field(page), `the field is focused after: ${text}`).toBeFocused({ timeout: 1_000 });
  };
  await page.getByLabel("What is it?").selectOption("Letter");
  await page.getByRole("button", { name: "Send", exact: true }).click();
  await refused("Choose a file first.");
  await axe(page);
  await noSidewaysScroll(page);
  const kinds = "Choose a PDF, a photo (JPEG, PNG or WebP), a Word document (.docx) or a text file (.txt).";
  for (const [name, bytes, text] of [
    ["page.html", Buffer.from("<!doctype html><p>Hello"), kinds],
    ["setup.exe", Buffer.from("MZ"), kinds],
    ["README", Buffer.from("Hello"), kinds],
    ["nothing.pdf", Buffer.alloc(0), "There is nothing in this file. Choose another."],
    ["film.pdf", Buffer.alloc(26 * KB * KB), "This file is too large. Choose one of at most 25 MB"],
  ] as const) {
    await sendBytes(page, name, bytes);
    await refused(text);
    await expect(page.getByRole("button", { name: "Send", exact: true })).toBeVisible();
  }
  expect(pieces).toEqual([]);
  // What it is comes out only when it is here, and nothing of it is kept.
  for (const [name, bytes, text] of [
    ["picture.png", Buffer.from("<!doctype html><script>window.pwned=1</script>"), kinds],
    ["picture.jpg", pdf(KB), "This file holds something else than its name says."],
    ["half.jpg", photo().subarray(0, 300), "This picture cannot be read: it seems to be damaged."],
  ] as const) {
    await sendBytes(page, name, bytes);
    await refused(text);
  }
  await axe(page);
  // Another choice, and the words are gone.
  await field(page).setInputFiles(await onDisk("fine.pdf", pdf(KB)));
  await expect(wrong(page)).toBeHidden();
  await expect(field(page)).toHaveAttribute("aria-invalid", "false");
  await page.reload();
  await expect(page.getByText("No files yet")).toBeVisible();
  await nothingRan(page);
});

test("of several files, those before the one that is refused are there, once", async ({ page, device, portico }) => {
  const patient = await atFiles(await device(DESK), page, portico);
  await send(page, [await onDisk("first.pdf", pdf(KB)), await onDisk("second.exe", pdf(KB))]);
  await expect(wrong(page)).toContainText("second.exe: Choose a PDF");
  await axe(page);
  // Whoever presses Send once more sends nothing twice.
  await page.getByRole("button", { name: "Send", exact: true }).click();
  await expect(wrong(page)).toBeVisible();
  await expect(page.getByRole("progressbar", { name: "Send" })).toBeHidden();
  await page.goto(`/portal/${patient.id}/files`);
  await expect(row(page, "first.pdf")).toHaveCount(1);
});

test("while the network is gone it waits, and then goes on by itself with what is missing", async ({ page, device, portico }) => {
  await atFiles(await device(DESK), page, portico);
  const pieces = arrived(page);
  const letter = pdf(5 * PIECE - 7);
  const hold = await holdPiece(page, 2);
  await send(page, await onDisk("letter.pdf", letter));
  await hold.held;
  await page.context().setOffline(true);
  await hold.letGo();
  await expect(says(page)).toHaveText("The network is gone. letter.pdf goes on as soon as it is back. Keep this page open.");
  await axe(page);
  expect(pieces).toEqual([0, 1]);
  await page.context().setOffline(false);
  await sent(page);
  expect(pieces).toEqual([0, 1, 2, 3, 4]);
  const { bytes } = await fetched(page, (await page.getByRole("link", { name: "letter.pdf", exact: true }).getAttribute("href"))!);
  expect(bytes.equals(letter)).toBe(true);
});

// An answer that was lost on its way: the piece is here, and counts once.
test("a piece whose answer was lost counts once", async ({ page, device, portico }) => {
  await atFiles(await device(DESK), page, portico);
  let lost = 0;
  await page.route("**/uploads/*/*/1", async (route) => {
    const answer = await route.fetch();
    lost += 1;
    await (lost === 1 ? route.abort("internetdisconnected") : route.fulfill({ response: answer }));
  });
  const letter = pdf(3 * PIECE);
  await send(page, await onDisk("letter.pdf", letter));
  await expect(says(page)).toContainText("The network is gone.");
  await sent(page);
  expect(lost).toBe(2);
  const { bytes } = await fetched(page, (await page.getByRole("link", { name: "letter.pdf", exact: true }).getAttribute("href"))!);
  expect(bytes.equals(letter)).toBe(true);
});

test("once the network is back, it is no longer said to be gone", async ({ page, device, portico }) => {
  await atFiles(await device(DESK), page, portico);
  let tries = 0;
  await page.route("**/uploads/*/*/1", async (route) => {
    tries += 1;
    await (tries === 1 ? route.abort("internetdisconnected") : route.continue());
  });
  // So many pieces that one more is less than a tenth of it.
  const hold = await holdPiece(page, 3);
  await send(page, await onDisk("scan.pdf", pdf(12 * PIECE)));
  await expect(says(page)).toContainText("The network is gone.");
  await hold.held;
  await expect(says(page)).toContainText("Sending scan.pdf");
  await hold.letGo();
  await sent(page);
});

test("stopped, nothing of it is kept", async ({ page, device, portico }) => {
  await atFiles(await device(DESK), page, portico);
  const pieces = arrived(page);
  const hold = await holdPiece(page, 1);
  const file = await onDisk("letter.pdf", pdf(3 * PIECE));
  await send(page, file);
  await hold.held;
  const given = page.waitForResponse("**/api/files/give_up");
  await page.getByRole("button", { name: "Stop" }).click();
  await expect(says(page)).toHaveText("Stopped. Nothing of letter.pdf was kept.");
  expect((await given).status()).toBe(200);
  await hold.letGo();
  await expect(page.getByRole("button", { name: "Send", exact: true })).toBeVisible();
  await expect(page.getByRole("button", { name: "Stop" })).toBeHidden();
  await axe(page);
  expect(pieces).toEqual([0]);
  await page.reload();
  await expect(page.getByText("No files yet")).toBeVisible();
  // It begins anew when it is chosen again.
  await send(page, file);
  await sent(page);
  expect(pieces).toEqual([0, 0, 1, 2]);
});

test("the second of two is stopped: that is said, and the first is there", async ({ page, device, portico }) => {
  const patient = await atFiles(await device(DESK), page, portico);
  const hold = await holdPiece(page, 1);
  await send(page, [await onDisk("first.pdf", pdf(KB)), await onDisk("second.pdf", pdf(3 * PIECE))]);
  await hold.held;
  await page.getByRole("button", { name: "Stop" }).click();
  await expect(page.getByRole("button", { name: "Send", exact: true })).toBeVisible();
  await page.waitForTimeout(500);
  await expect.soft(page.getByText("Stopped. Nothing of second.pdf was kept.")).toBeVisible();
  await hold.letGo();
  await page.goto(`/portal/${patient.id}/files`);
  await expect(row(page, "first.pdf")).toHaveCount(1);
  await expect(row(page, "second.pdf")).toHaveCount(0);
});

test("after a reload the same file goes on where it was", async ({ page, device, portico }) => {
  const patient = await atFiles(await device(DESK), page, portico);
  const pieces = arrived(page);
  const letter = pdf(4 * PIECE);
  const file = await onDisk("letter.pdf", letter);
  const hold = await holdPiece(page, 2);
  await send(page, file);
  await hold.held;
  await page.goto(`/portal/${patient.id}`);
  await hold.letGo();
  await page.goto(`/portal/${patient.id}/files`);
  await expect(page.getByText("No files yet")).toBeVisible();
  const again = await holdPiece(page, 2);
  await send(page, file);
  await expect(says(page)).toHaveText("letter.pdf goes on where it was.");
  await again.letGo();
  await sent(page);
  expect(pieces).toEqual([0, 1, 2, 3]);
  const { bytes } = await fetched(page, (await page.getByRole("link", { name: "letter.pdf", exact: true }).getAttribute("href"))!);
  expect(bytes.equals(letter)).toBe(true);
});

// What ran out by itself goes on; whoever signed out in this browser left nothing here, so it begins anew.
for (const [how, again] of [["the session ran out", [2, 3]], ["signed out in another tab", [0, 1, 2, 3]]] as const) {
  test(`${how}: it is said, and after signing in the same file is sent`, async ({ page, device, portico }) => {
    const patient = await atFiles(await device(DESK), page, portico);
    const pieces = arrived(page);
    const letter = pdf(4 * PIECE);
    const file = await onDisk("letter.pdf", letter);
    const hold = await holdPiece(page, 2);
    await send(page, file);
    await hold.held;
    if (again[0] === 2) {
      portico.idle(patient.email, 31);
    } else {
      const other = await page.context().newPage();
      await other.goto(`/portal/account?record=${patient.id}`);
      await other.getByRole("button", { name: "Sign out", exact: true }).first().click();
      await expect(other).toHaveURL(/\/sign-in/);
      await other.close();
    }
    await hold.letGo();
    await expect(page.getByText(/^You were signed out\./).filter({ visible: true }).first()).toBeVisible({ timeout: 20_000 });
    await axe(page);
    expect(pieces).toEqual([0, 1]);
    await page.goto(`/sign-in?next=/portal/${patient.id}/files`);
    await typeSignIn(page, patient.email);
    await expect(page).toHaveURL(/\/files$/);
    await expect(page.getByText("No files yet")).toBeVisible();
    await send(page, file);
    await sent(page);
    expect(pieces).toEqual([0, 1, ...again]);
    await expect(row(page, "letter.pdf")).toHaveCount(1);
    const { bytes } = await fetched(page, (await page.getByRole("link", { name: "letter.pdf", exact: true }).getAttribute("href"))!);
    expect(bytes.equals(letter)).toBe(true);
  });
}

// PT-06
test("who may only look has the list and no form; who sees appointments only sees what they sent", async ({ page, device, portico }) => {
  const desk = await device(DESK);
  const patient = await atFiles(desk, page, portico);
  await send(page, await onDisk("letter.pdf", pdf(KB)));
  await sent(page);
  const secret = (await page.getByRole("link", { name: "letter.pdf", exact: true }).getAttribute("href"))!;

  const looks = await device(PHONE);
  await accept(looks, await letIn(desk, portico, patient, "All that is shared", "Look only"));
  await looks.goto(`/portal/${patient.id}/files`);
  await expect(row(looks, "letter.pdf")).toContainText("Somebody else of this portal sent it on");
  await expect(looks.getByRole("heading", { name: "Send files" })).toHaveCount(0);
  await expect(field(looks)).toHaveCount(0);
  await axe(looks);
  await noSidewaysScroll(looks);
  expect((await fetched(looks, secret)).status).toBe(200);
  const form = { name: "mine.pdf", category: "other", size: 10 };
  expect((await door(looks, "files/begin", { patient: patient.id, form })).status).toBe(403);

  const appointments = await device(PHONE);
  await accept(appointments, await letIn(desk, portico, patient, "Appointments and invoices", "Look and act"));
  await appointments.goto(`/portal/${patient.id}/files`);
  await expect(appointments.getByText("No files yet")).toBeVisible();
  await send(appointments, await onDisk("referral.pdf", pdf(KB)));
  await sent(appointments);
  await expect(row(appointments, "referral.pdf")).toContainText("You sent it on");
  await expect(appointments.getByText("letter.pdf")).toHaveCount(0);
  await axe(appointments);
  expect((await fetched(appointments, secret)).status).toBe(404);
  await page.goto(`/portal/${patient.id}/files`);
  await expect(row(page, "referral.pdf")).toContainText("Somebody else of this portal sent it on");
});

// PT-17, PT-18, UP-06
test("names are text, and what is opened runs nothing", async ({ page, device, portico }) => {
  noBoxes(page);
  const patient = await atFiles(await device(DESK), page, portico);
  const names = [`"><img src=x onerror=alert(1)>.pdf`, `&lt;img src=x&gt;.pdf`, `{{constructor.constructor('alert(1)')()}}.pdf`];
  const files = await Promise.all(names.map((name) => onDisk(name, pdf(KB))));
  const note = await onDisk("note.txt", Buffer.from("Take <5 mg. It's <b>bold</b>.\n"));
  const hold = await holdPiece(page, 0);
  await send(page, [...files, note]);
  await hold.held;
  await expect(says(page)).toContainText(`Sending ${names[0]}`);
  await hold.letGo();
  await sent(page);
  for (const name of [`___img src=x onerror=alert(1)_.pdf`, names[1]!, names[2]!]) {
    await expect(page.getByRole("link", { name, exact: true })).toBeVisible();
  }
  await expect(page.getByRole("main").locator("img")).toHaveCount(0);
  await noSidewaysScroll(page);
  await sendBytes(page, `"><img src=x onerror=alert(1)>.exe`, Buffer.from("x"));
  await expect(wrong(page)).toContainText("Choose a PDF");
  await axe(page);

  const href = (await page.getByRole("link", { name: "note.txt", exact: true }).getAttribute("href"))!;
  const { headers } = await fetched(page, href);
  expect(headers["content-disposition"]).toContain("attachment");
  expect(headers["content-security-policy"]).toContain("sandbox");
  expect(headers["x-content-type-options"]).toBe("nosniff");
  await expect(row(page, "note.txt").getByRole("link", { name: /^Look at it/ })).toHaveCount(0);
  expect((await fetched(page, `${href}/view`)).status).toBe(404);
  // Typed as an address, it is saved all the same.
  const tab = await page.context().newPage();
  const download = tab.waitForEvent("download");
  await tab.goto(href).catch(() => {});
  expect((await download).suggestedFilename()).toBe("note.txt");
  await tab.close();
  await page.goto(`/portal/${patient.id}`);
  await nothingRan(page);
});

test("by keyboard alone", async ({ page, device, portico }) => {
  await atFiles(await device(DESK), page, portico);
  const file = await onDisk("letter.pdf", pdf(3 * PIECE));
  const choose = async (): Promise<void> => {
    const chooser = page.waitForEvent("filechooser");
    await page.keyboard.press("Enter");
    await (await chooser).setFiles(file);
  };
  const button = (name: string) => page.getByRole("button", { name, exact: true });
  await page.getByLabel("What is it?").focus();
  await page.keyboard.type("Res");
  await expect(page.getByLabel("What is it?")).toHaveValue("result");
  await page.keyboard.press("Tab");
  await expect(field(page)).toBeFocused();
  await page.keyboard.press("Tab");
  await expect(button("Send")).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(wrong(page)).toContainText("Choose a file first.");
  await expect(field(page)).toBeFocused();
  await choose();
  const hold = await holdPiece(page, 1);
  await page.keyboard.press("Tab");
  await expect(button("Send")).toBeFocused();
  await page.keyboard.press("Enter");
  await hold.held;
  // What one pressed is gone; the focus is not.
  await expect.soft(button("Stop"), "the focus is on Stop while it is sent").toBeFocused({ timeout: 2_000 });
  await button("Stop").focus();
  await page.keyboard.press("Enter");
  await expect(says(page)).toContainText("Stopped.");
  await hold.letGo();
  await expect.soft(page.locator("file-sender :focus"), "after Stop the focus is still in the form").toHaveCount(1);
  await button("Send").focus();
  await page.keyboard.press("Enter");
  await sent(page);
  await expect(row(page, "letter.pdf")).toContainText("Result, PDF");
});

// B-07
test.describe("without scripts", () => {
  test("the list is read, and it is said that sending needs scripts", async ({ page, device, portico, browser }) => {
    const patient = await atFiles(await device(DESK), page, portico);
    await send(page, await onDisk("letter.pdf", pdf(KB)));
    await sent(page);
    const plain = await browser.newContext({ ...PHONE, javaScriptEnabled: false, storageState: await page.context().storageState() });
    const reader = await plain.newPage();
    await reader.goto(new URL(`/portal/${patient.id}/files`, page.url()).href);
    // Chromium whose scripts a test switches off does not draw it.
    expect(await reader.locator("file-sender noscript").textContent()).toContain("To send files, switch scripts on in your browser");
    const download = reader.waitForEvent("download");
    await reader.getByRole("link", { name: "letter.pdf", exact: true }).click();
    expect((await download).suggestedFilename()).toBe("letter.pdf");
    // A name of a file never stands in an address.
    await field(reader).setInputFiles(await onDisk("knee.pdf", pdf(KB)));
    await reader.getByRole("button", { name: "Send", exact: true }).click();
    await reader.waitForTimeout(500);
    expect(reader.url()).not.toContain("knee");
    await plain.close();
  });
});
