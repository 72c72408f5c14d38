//! The portal's handout: what a practice prints for its patients (S3-37, S3-38). It is about nobody, so that whoever works
//! in the group may look at it and print it.

use docgen::Paper;
use domain::{
    access::{Access, EnterGroup, ManageSettings},
    account::Door,
    audit::Action,
    error::Conflict,
    handout::{self, Code, Handout, Text, Values, View},
    paper::File,
};

use crate::{
    audit,
    context::Ctx,
    error::{Error, Result},
    paper,
    ports::Work,
};

/// The group's handout: the text it wrote, else the standard one.
///
/// # Errors
/// Storage's.
pub async fn find(ctx: &Ctx) -> Result<View> {
    let access = ctx.actor()?.may(EnterGroup, &())?;
    let mut work = ctx.read().await?;
    let Handout { text, version } = work.lookup_handout(&access).await?;
    let values = values(ctx, work.as_mut(), &access).await?;
    let code = code(&values)?;
    Ok(View {
        text: text.unwrap_or_else(Text::standard),
        code: Code { size: code.size, path: code.path },
        values,
        version,
    })
}

/// Changes its text. Who writes what the standard text says has the standard text again. `version` is the version the
/// caller saw.
///
/// # Errors
/// [`crate::Error::Invalid`] or [`domain::error::Conflict::ChangedMeanwhile`].
pub async fn save(ctx: &Ctx, version: i64, text: &Text) -> Result<()> {
    let access = ctx.actor()?.may(ManageSettings, &())?;
    let text = Some(text.check()?).filter(|text| *text != Text::standard());
    let mut work = ctx.begin().await?;
    work.audit(&audit::entry(ctx, access.by(), access.group(), Action::SettingsChanged, "handout")).await?;
    if !work.save_handout(&access, &Handout { text, version }, ctx.now()).await? {
        return Err(Conflict::ChangedMeanwhile.into());
    }
    work.save().await?;
    Ok(())
}

/// The handout as a file.
///
/// # Errors
/// [`crate::Error::TooMany`] when too much is being printed already.
pub async fn pdf(ctx: &Ctx) -> Result<File> {
    let View { text, values, .. } = find(ctx).await?;
    let handout::Sheet { title, introduction, benefits, steps, closing } = text.sheet(&values);
    let paper = Paper::Handout(docgen::Handout {
        language: "en".to_owned(),
        code: code(&values)?,
        code_name: handout::words::code_name(&values.portal_address),
        benefits_title: handout::words::BENEFITS_TITLE.to_owned(),
        steps_title: handout::words::STEPS_TITLE.to_owned(),
        practice: values.practice_name,
        address: values.portal_address,
        title,
        introduction,
        benefits,
        steps,
        closing,
    });
    paper::print(ctx, paper).await
}

fn code(values: &Values) -> Result<docgen::Code> {
    docgen::Code::of(&values.portal_address).ok_or_else(|| Error::Fault("the portal's address is too long".into()))
}

async fn values(ctx: &Ctx, work: &mut dyn Work, access: &Access<EnterGroup>) -> Result<Values> {
    let group = work.lookup_group(access).await?.ok_or(Error::NotFound)?;
    let first = work.list_locations(access).await?.into_iter().next();
    let (location_name, location_address) = first.map(|location| (location.name, location.address)).unwrap_or_default();
    Ok(Values {
        practice_name: group.name,
        practice_phone: group.phone,
        portal_address: format!("{}{}", ctx.services.base_url, Door::Portal.sign_in()),
        location_name,
        location_address,
    })
}
