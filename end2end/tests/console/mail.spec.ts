// Settings > Mail: what could not be delivered, why, and trying again.
import { createServer, type Server as NetServer } from "node:net";

import { axe, expect, noSidewaysScroll, test } from "../../harness/test.js";
import { addPatient, door, openConsole } from "../../harness/people.js";
import { Server } from "../../harness/server.js";

/** A mail server that refuses or takes everything. */
function mailServer(state: { refuses: boolean; taken: number }): Promise<NetServer> {
  const server = createServer((socket) => {
    let inData = false;
    socket.on("error", () => undefined);
    socket.write("220 mail.test\r\n");
    socket.on("data", (chunk) => {
      for (const line of chunk.toString().split("\r\n").filter((one) => one !== "")) {
        if (inData) {
          if (line !== ".") continue;
          inData = false;
          state.taken += 1;
          socket.write("250 taken\r\n");
        } else if (/^RCPT/i.test(line) && state.refuses) socket.write("550 no such mailbox\r\n");
        else if (/^DATA/i.test(line)) {
          inData = true;
          socket.write("354 go on\r\n");
        } else if (/^QUIT/i.test(line)) socket.end("221 bye\r\n");
        else socket.write("250 ok\r\n");
      }
    });
  });
  return new Promise((done) => server.listen(0, "127.0.0.1", () => done(server)));
}

// B-06: a mail that was refused is shown with its reason, and leaves when somebody tries again.
test("a refused mail stands there with its reason, and is tried again", async ({ device }) => {
  const state = { refuses: true, taken: 0 };
  const mail = await mailServer(state);
  const address = mail.address();
  const port = address !== null && typeof address === "object" ? address.port : 0;
  const server = await Server.start("demo", { SMTP_URL: `smtp://127.0.0.1:${port}`, MAIL_FROM: "portal@example.org" });
  try {
    const page = await device({ baseURL: server.origin });
    await openConsole(page);
    const patient = await addPatient(page);
    const form = { email: patient.email, email_again: patient.email };
    expect((await door(page, "invitations/invite", { patient: patient.id, form })).status).toBe(200);
    // The bell says so; the page says why.
    await expect(page.getByText(`The invitation for Ngaire ${patient.last} could not be delivered`).first()).toBeVisible();
    await page.goto("/console/settings/mail");
    const row = page.getByRole("row", { name: new RegExp(patient.last) });
    await expect(row).toContainText("The mail server refused it.");
    await axe(page);
    await noSidewaysScroll(page, 390);

    state.refuses = false;
    await row.getByRole("button", { name: /Try again/ }).click();
    await expect(page.getByText("It is on its way again")).toBeVisible();
    await expect.poll(() => state.taken).toBeGreaterThan(0);
    await page.reload();
    await expect(page.getByRole("heading", { level: 1, name: "Mail" })).toBeVisible();
    await expect(row).toHaveCount(0);
    await page.goto(`/console/patients/${patient.id}/access`);
    await expect(page.getByRole("row", { name: new RegExp(patient.email) })).toContainText("Sent");
  } finally {
    await server.stop();
    mail.close();
  }
});
