// Files: sent from the portal and seen to in the console, in every state that they are in.
import { DESK, PHONE, test } from "../harness/test.js";
import { BEN, accept, addPatient, invite, openConsole, type Patient } from "../harness/people.js";
import { field, hold, holdPiece, onDisk, pdf, photo, PIECE, send, sendBytes } from "../harness/files.js";
import { both, shoot } from "../harness/shots.js";

const documents = (patient: Patient): string => `/console/patients/${patient.id}/documents`;

test("files in the portal", async ({ device, portico }) => {
  const desk = await device(DESK);
  await openConsole(desk);
  const patient = await addPatient(desk, { first: "Wiremu", last: "Parata" });
  const phone = await device(PHONE);
  await accept(phone, await invite(desk, portico, patient));
  const files = `/portal/${patient.id}/files`;
  const wrong = phone.locator("file-sender").getByRole("alert");
  const says = phone.locator("file-sender").getByRole("status");
  await phone.goto(files);
  await both(phone, "portal-files-none");
  await phone.getByRole("button", { name: "Send", exact: true }).click();
  await wrong.getByText("Choose a file first.").waitFor();
  await both(phone, "portal-files-none-chosen");
  await sendBytes(phone, "referral.exe", Buffer.from("MZ"));
  await wrong.getByText("Choose a PDF").waitFor();
  await both(phone, "portal-files-refused");

  const letter = await onDisk("Letter of the hospital, with all results of the last three years.pdf", pdf(8 * PIECE));
  const piece = await holdPiece(phone, 5);
  await send(phone, [await onDisk("knee.jpg", photo()), letter]);
  await piece.held;
  await both(phone, "portal-files-sending");
  await phone.context().setOffline(true);
  await piece.letGo();
  await says.filter({ hasText: "The network is gone." }).waitFor();
  await both(phone, "portal-files-offline");
  const looking = await hold(phone, "**/api/files/finish");
  await phone.context().setOffline(false);
  await looking.held;
  await both(phone, "portal-files-looking");
  await looking.letGo();
  await phone.waitForURL(/sent=yes/);
  await both(phone, "portal-files-sent");

  await phone.setViewportSize(PHONE.viewport);
  const stopped = await holdPiece(phone, 1);
  await send(phone, letter);
  await stopped.held;
  await phone.getByRole("button", { name: "Stop" }).click();
  await says.filter({ hasText: "Stopped." }).waitFor();
  await stopped.letGo();
  await both(phone, "portal-files-stopped");

  await desk.goto(documents(patient));
  await desk.getByRole("button", { name: "Add files" }).click();
  await field(desk).waitFor();
  await desk.waitForFunction(() => customElements.get("file-sender") !== undefined);
  await send(desk, await onDisk("Exercises.pdf", pdf(400_000)));
  await desk.getByRole("button", { name: "Show in the portal: Exercises.pdf" }).click();
  await desk.getByRole("dialog").getByRole("button", { name: "Show in the portal" }).click();
  await desk.getByText("In the portal", { exact: true }).waitFor();
  await phone.goto(`/portal/${patient.id}`);
  await both(phone, "portal-home-files");
  await phone.goto(files);
  await both(phone, "portal-files-new");
});

test("files in the console", async ({ device, portico }) => {
  const desk = await device(DESK);
  await openConsole(desk);
  const patient = await addPatient(desk, { first: "Aroha", last: "Parata" });
  const phone = await device(PHONE);
  await accept(phone, await invite(desk, portico, patient));
  await desk.goto(documents(patient));
  await desk.getByText("No files yet").waitFor();
  await both(desk, "console-files-none");
  // Whoever looks at the list has seen what comes.
  await desk.goto("/console/notifications");
  await phone.goto(`/portal/${patient.id}/files`);
  await send(phone, [await onDisk("knee.jpg", photo()), await onDisk("Letter of the hospital, with all results of the last three years.pdf", pdf(600_000))]);
  await phone.waitForURL(/sent=yes/);

  await desk.setViewportSize(DESK.viewport);
  await desk.getByRole("main").getByText("A file about Aroha Parata came from the portal").waitFor({ timeout: 30_000 });
  await shoot(desk, "console-files-bell-1440");
  await desk.goto(documents(patient));
  await desk.getByRole("button", { name: "Add files" }).click();
  await field(desk).waitFor();
  await desk.waitForFunction(() => customElements.get("file-sender") !== undefined);
  await both(desk, "console-files-add");
  await desk.getByRole("button", { name: "Send", exact: true }).click();
  await desk.getByText("Choose a file first.").waitFor();
  await both(desk, "console-files-refused");
  const piece = await holdPiece(desk, 1);
  await send(desk, await onDisk("Exercises.pdf", pdf(2 * PIECE)));
  await piece.held;
  await both(desk, "console-files-sending");
  await piece.letGo();
  await desk.getByText("Exercises.pdf was sent.").waitFor();
  await both(desk, "console-files-added");
  await desk.getByRole("button", { name: "Done" }).click();

  for (const [what, button] of [["share", "Show in the portal: Exercises.pdf"], ["remove", "Remove this file: knee.jpg"], ["rename", "Name this file: knee.jpg"]] as const) {
    await desk.getByRole("button", { name: button }).click();
    await desk.getByRole("dialog").waitFor();
    if (what === "rename") {
      await desk.getByRole("dialog").getByLabel("Name").fill("knee.exe");
      await desk.getByRole("dialog").getByRole("button", { name: "Save" }).click();
      await desk.locator("[aria-invalid=true]").waitFor();
    }
    await both(desk, `console-files-${what}`);
    await desk.keyboard.press("Escape");
    await desk.getByRole("dialog").waitFor({ state: "hidden" });
  }
  await desk.getByRole("button", { name: "Show in the portal: Exercises.pdf" }).click();
  await desk.getByRole("dialog").getByRole("button", { name: "Show in the portal" }).click();
  await desk.getByText("In the portal", { exact: true }).waitFor();
  await both(desk, "console-files");
  await desk.setViewportSize(DESK.viewport);
  await desk.getByRole("button", { name: "Take out of the portal: Exercises.pdf" }).click();
  await desk.getByRole("dialog").waitFor();
  await both(desk, "console-files-unshare");

  // What only a scanner makes of files.
  const other = await device(DESK);
  await openConsole(other);
  await other.route("**/api/files/list", async (route) => {
    const answer = await route.fetch();
    const list = (await answer.json()) as { files: { rows: { state: string }[] } };
    list.files.rows.forEach((row, at) => (row.state = ["waiting", "infected", "kept"][at % 3]!));
    await route.fulfill({ response: answer, json: list });
  });
  await other.goto(documents(patient));
  await other.getByText("Held a virus, not kept").waitFor();
  await both(other, "console-files-scanned");

  const ben = await device(DESK);
  await openConsole(ben, BEN);
  await ben.goto(documents(patient));
  await ben.getByText("You see which files came.").waitFor();
  await both(ben, "console-files-unnamed");
});
