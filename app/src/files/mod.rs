//! Sending files, on either side: a plain form that `sender.js` brings to life. The script is a file of its own, which only pages
//! load that send files.

mod words;

use domain::{
    error::{Conflict, Problem},
    file::{FileCategory, FileType, Room},
    ids::PatientId,
};
use leptos::prelude::*;

use crate::{components::Icon, words as shared};

/// The form that sends files about a patient. When one was sent it says so by the event `filesent`.
#[component]
pub fn FileSender(
    /// About whom.
    patient: PatientId,
    /// What may be sent.
    room: Room,
    /// As which membership, in the console.
    #[prop(optional, into)]
    user: String,
    /// Where to go when all of it was sent.
    #[prop(optional, into)]
    next: String,
    /// Was it opened by a button? Then the focus goes on in it.
    #[prop(optional)]
    opened: bool,
) -> impl IntoView {
    if room.files == 0 || room.bytes == 0 {
        return view! { <p class="muted">{words::NO_ROOM}</p> }.into_any();
    }
    let choices = FileCategory::ALL.into_iter().map(|category| {
        view! { <option value=category.code()>{shared::file_category(category)}</option> }
    });
    let endings: Vec<String> =
        FileType::ALL.into_iter().flat_map(FileType::endings).map(|ending| format!(".{ending}")).collect();
    view! {
        <file-sender class="sender" data-patient=patient.to_string() data-user=user data-next=next data-opened=opened data-words=script_words()>
            <noscript><p>{words::NO_SCRIPTS}</p></noscript>
            // Until the script is here this form sends nothing: no name of a file comes into an address.
            <form class="sender-form" method="dialog" novalidate>
                <div class="field">
                    <label for="file-category">{words::CATEGORY}</label>
                    <select id="file-category" name="category" class="input select">{choices.collect_view()}</select>
                </div>
                <div class="field">
                    <label for="file-file">{words::FILE}</label>
                    <input id="file-file" class="input" type="file" name="file" multiple accept=endings.join(",")
                        aria-describedby="file-hint file-wrong"/>
                    <p id="file-hint" class="field-hint">{words::hint(room)}</p>
                    <p id="file-wrong" class="field-error" role="alert" hidden><Icon name="circle-alert"/><span></span></p>
                </div>
                <div class="buttons sender-buttons">
                    <button type="submit" class="button button-main"><Icon name="send"/>{words::SEND}</button>
                    <button type="button" class="button" data-stop=true>{words::CANCEL}</button>
                </div>
                <progress class="sender-bar" value="0" max="1" aria-label=words::SEND></progress>
                <p class="sender-says" role="status"></p>
            </form>
        </file-sender>
    }
    .into_any()
}

/// Everything that the script may have to say, by the code that it gets: a line each, code and words with a tab between.
fn script_words() -> String {
    let line = |(code, text): (&str, &str)| format!("{code}\t{text}\n");
    let problems = PROBLEMS.map(|(code, problem)| line((code, shared::problem(problem))));
    let conflicts = CONFLICTS.map(|(code, conflict)| line((code, shared::conflict(conflict))));
    words::SCRIPT.iter().map(|said| line(*said)).chain(problems).chain(conflicts).collect()
}

/// What may be wrong with a file, by the code that stands in an answer.
pub const PROBLEMS: [(&str, Problem); 6] = [
    ("file_type", Problem::FileType),
    ("file_not_what_it_says", Problem::FileNotWhatItSays),
    ("file_empty", Problem::FileEmpty),
    ("file_too_large", Problem::FileTooLarge),
    ("file_damaged", Problem::FileDamaged),
    ("missing", Problem::Missing),
];

/// What may stand in the way of one, in the same manner.
pub const CONFLICTS: [(&str, Conflict); 6] = [
    ("no_room_for_file", Conflict::NoRoomForFile),
    ("too_many_uploads", Conflict::TooManyUploads),
    ("not_the_next_piece", Conflict::NotTheNextPiece),
    ("pieces_missing", Conflict::PiecesMissing),
    ("file_key_missing", Conflict::FileKeyMissing),
    ("changed_meanwhile", Conflict::ChangedMeanwhile),
];
