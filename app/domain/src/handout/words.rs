//! What the handout says in a group that has not written its own (S3-37).

/// Its heading.
pub const TITLE: &str = "Your patient portal at {{practice.name}}";

/// Its first words.
pub const INTRODUCTION: &str = "{{practice.name}} has a patient portal: a private page where you find what we share with \
                                you, on your telephone, tablet or computer.";

/// What it is good for, a line each.
pub const BENEFITS: &str = "It is there at any hour, also when we are closed.
Only you open it, with a password of your own.
What we share with you does not lie about in a mailbox.
One account is enough if you look after a child or somebody else.
There is nothing to install and nothing to pay.";

/// The way there, a line each.
pub const STEPS: &str = "Ask us for an invitation. We need your email address.
Open the link in the mail that we send you.
Choose a password. From then on you sign in at {{portal.address}}, or scan the code.";

/// Its last words.
pub const CLOSING: &str = "Is something not working? Ask at the front desk.
Or ring us: {{practice.phone}}
{{location.address}}";

/// Over the benefits.
pub const BENEFITS_TITLE: &str = "What it is good for";
/// Over the steps.
pub const STEPS_TITLE: &str = "How to reach it";

/// The code in words.
#[must_use]
pub fn code_name(address: &str) -> String {
    format!("A code to scan, which leads to {address}")
}
