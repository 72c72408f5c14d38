//! A picture without what it tells besides itself.
//!
//! Each format is a row of named pieces. They are walked once, those on a list are copied as they are and the rest is left out, so
//! what nobody thought of is left out too. Nothing is decoded, and nothing is allocated because a piece says how long it is.

use bytes::Bytes;
use domain::{file::FileType, limits};

use super::content::Unfit;

/// What stands before the EXIF data of a JPEG.
const EXIF: &[u8] = b"Exif\0\0";
/// The first bytes of a PNG.
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n";

/// A picture without what it tells besides itself: where it was taken, with what, by whom, small copies of it. The picture points
/// themselves are not touched, so nothing that a clinician looks at is lost; of the metadata only which way is up, the colours
/// (ICC), and what decoding needs stay. Files that are no pictures are returned as they are.
///
/// # Errors
/// [`Unfit::TooLarge`] by what its header says (a side of 0 too), [`Unfit::Damaged`] if it cannot be read to its end, and
/// [`Unfit::NotAllowed`] for an animated WebP.
pub fn cleaned(kind: FileType, bytes: Bytes) -> Result<Bytes, Unfit> {
    match kind {
        FileType::Jpeg => jpeg(Reader(&bytes)).map(Bytes::from),
        FileType::Png => png(Reader(&bytes)).map(Bytes::from),
        FileType::Webp => webp(Reader(&bytes)).map(Bytes::from),
        FileType::Pdf | FileType::Docx | FileType::Text => Ok(bytes),
    }
}

/// What is still to be read.
struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn take(&mut self, length: usize) -> Result<&'a [u8], Unfit> {
        let (taken, rest) = self.0.split_at_checked(length).ok_or(Unfit::Damaged)?;
        self.0 = rest;
        Ok(taken)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], Unfit> {
        let (taken, rest) = self.0.split_first_chunk().ok_or(Unfit::Damaged)?;
        self.0 = rest;
        Ok(*taken)
    }

    fn byte(&mut self) -> Result<u8, Unfit> {
        self.array().map(|[byte]| byte)
    }

    fn be16(&mut self) -> Result<u16, Unfit> {
        self.array().map(u16::from_be_bytes)
    }

    fn expect(&mut self, bytes: &[u8]) -> Result<(), Unfit> {
        if self.take(bytes.len())? == bytes { Ok(()) } else { Err(Unfit::Damaged) }
    }
}

/// The length of a piece. One that no machine could hold is one that goes on behind the end of the file.
fn length(number: u32) -> Result<usize, Unfit> {
    usize::try_from(number).map_err(|_| Unfit::Damaged)
}

/// Refuses a picture that would fill the memory of whoever opens it.
fn fits(width: u32, height: u32) -> Result<(), Unfit> {
    let side = 1..=limits::PICTURE_SIDE;
    let points = u64::from(width) * u64::from(height);
    if side.contains(&width) && side.contains(&height) && points <= limits::PICTURE_POINTS {
        Ok(())
    } else {
        Err(Unfit::TooLarge)
    }
}

/// Which way is up, from EXIF data; `None` also if the picture already stands upright.
fn orientation(exif: &[u8]) -> Option<u8> {
    let little = exif.starts_with(b"II*\0");
    if !little && !exif.starts_with(b"MM\0*") {
        return None;
    }
    let short = |at: &[u8]| {
        at.first_chunk().map(|two| if little { u16::from_le_bytes(*two) } else { u16::from_be_bytes(*two) })
    };
    let start = exif
        .get(4..8)?
        .first_chunk()
        .map(|four| if little { u32::from_le_bytes(*four) } else { u32::from_be_bytes(*four) })?;
    let (count, entries) = exif.get(usize::try_from(start).ok()?..)?.split_at_checked(2)?;
    let entry = entries.chunks_exact(12).take(short(count)?.into()).find(|entry| short(entry) == Some(0x0112))?;
    // A short number, which stands in the first two bytes of the value.
    let up = short(entry.get(2..)?).filter(|form| *form == 3).and(short(entry.get(8..)?))?;
    u8::try_from(up).ok().filter(|up| (2..=8).contains(up))
}

/// EXIF data that says which way is up and nothing else.
fn upright(up: u8) -> [u8; 26] {
    [
        b'M', b'M', 0, 42, 0, 0, 0, 8, // big-endian, and its one list follows
        0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, up, 0, 0, // one entry: the orientation, one short number
        0, 0, 0, 0, // no further list
    ]
}

/// Adds a segment of a JPEG, whose content is what the two parts are together. Longer ones than there can be do not come here.
fn segment(out: &mut Vec<u8>, marker: u8, head: &[u8], body: &[u8]) -> Result<(), Unfit> {
    let length = u16::try_from(head.len() + body.len() + 2).map_err(|_| Unfit::Damaged)?;
    out.extend([0xff, marker]);
    out.extend(length.to_be_bytes());
    out.extend(head);
    out.extend(body);
    Ok(())
}

fn jpeg(mut from: Reader) -> Result<Vec<u8>, Unfit> {
    let mut out = Vec::with_capacity(from.0.len());
    from.expect(b"\xff\xd8")?;
    out.extend(b"\xff\xd8");
    let (mut framed, mut scanned, mut jfif, mut adobe, mut turned) = (false, false, false, false, false);
    loop {
        // As decoders do: what stands between two segments is passed over, and a marker may be filled up in front.
        while from.byte()? != 0xff {}
        let mut marker = from.byte()?;
        while marker == 0xff {
            marker = from.byte()?;
        }
        match marker {
            // The end. Behind it phones keep videos and small copies.
            0xd9 if scanned => {
                out.extend(b"\xff\xd9");
                return Ok(out);
            }
            // Nothing begins or ends twice, or before there is a picture.
            0xd8 | 0xd9 => return Err(Unfit::Damaged),
            // These have no content.
            0x00 | 0x01 | 0xd0..=0xd7 => continue,
            _ => {}
        }
        let length = from.be16()?;
        let body = from.take(usize::from(length).checked_sub(2).ok_or(Unfit::Damaged)?)?;
        match marker {
            // The frame: how large it is, and how it was coded.
            0xc0..=0xc3 | 0xc5..=0xc7 | 0xc9..=0xcb | 0xcd..=0xcf => {
                let mut frame = Reader(body);
                let _precision = frame.byte()?;
                let (height, width) = (frame.be16()?, frame.be16()?);
                fits(width.into(), height.into())?;
                let parts = frame.byte()?;
                if framed || frame.0.len() != usize::from(parts) * 3 {
                    return Err(Unfit::Damaged);
                }
                framed = true;
                segment(&mut out, marker, body, &[])?;
            }
            // Tables that decoding needs: Huffman, arithmetic, quantisation, how often it starts anew.
            0xc4 | 0xcc | 0xdb | 0xdd => segment(&mut out, marker, body, &[])?,
            // A scan. A progressive picture has some.
            0xda => {
                let parts = body.first().copied().ok_or(Unfit::Damaged)?;
                if !framed || body.len() != usize::from(parts) * 2 + 4 {
                    return Err(Unfit::Damaged);
                }
                scanned = true;
                segment(&mut out, marker, body, &[])?;
                out.extend(from.take(coded(from.0))?);
            }
            // What follows belongs before the picture, and only there it is heeded.
            _ if scanned => {}
            // The size of a point. The last two bytes are the size of a small copy, which would follow.
            0xe0 if !jfif && body.len() >= 14 && body.starts_with(b"JFIF\0") => {
                jfif = true;
                segment(&mut out, marker, body.get(..12).unwrap_or_default(), &[0, 0])?;
            }
            0xe1 if !turned => {
                if let Some(up) = body.strip_prefix(EXIF).and_then(orientation) {
                    turned = true;
                    segment(&mut out, marker, EXIF, &upright(up))?;
                }
            }
            0xe2 if body.starts_with(b"ICC_PROFILE\0") => segment(&mut out, marker, body, &[])?,
            // How colours were mixed.
            0xee if !adobe && body.len() >= 12 && body.starts_with(b"Adobe") => {
                adobe = true;
                segment(&mut out, marker, body.get(..12).unwrap_or_default(), &[])?;
            }
            _ => {}
        }
    }
}

/// How long the coded points at the beginning are: up to a marker that is neither a zero behind a point's 0xff nor a new start.
fn coded(bytes: &[u8]) -> usize {
    let mut at = 0;
    while let Some(found) = bytes.get(at..).and_then(|rest| rest.iter().position(|byte| *byte == 0xff)) {
        let begins = at + found;
        let fill = bytes.get(begins..).unwrap_or_default().iter().take_while(|byte| **byte == 0xff).count();
        at = begins + fill;
        if !matches!(bytes.get(at), Some(0x00 | 0xd0..=0xd7)) {
            return begins;
        }
    }
    bytes.len()
}

/// Adds a chunk of a PNG.
fn png_chunk(out: &mut Vec<u8>, kind: [u8; 4], body: &[u8]) -> Result<(), Unfit> {
    out.extend(u32::try_from(body.len()).map_err(|_| Unfit::Damaged)?.to_be_bytes());
    let begins = out.len();
    out.extend(kind);
    out.extend(body);
    let sum = crc32fast::hash(out.get(begins..).unwrap_or_default());
    out.extend(sum.to_be_bytes());
    Ok(())
}

fn png(mut from: Reader) -> Result<Vec<u8>, Unfit> {
    let mut out = Vec::with_capacity(from.0.len());
    from.expect(PNG)?;
    out.extend(PNG);
    let (mut headed, mut drawn, mut turned, mut up) = (false, false, false, None);
    loop {
        let begins = from.0;
        let size = length(from.array().map(u32::from_be_bytes)?)?;
        let kind = from.array::<4>()?;
        if headed == (kind == *b"IHDR") {
            return Err(Unfit::Damaged);
        }
        if !headed {
            let mut sides = Reader(from.0);
            fits(sides.array().map(u32::from_be_bytes)?, sides.array().map(u32::from_be_bytes)?)?;
            headed = true;
        }
        let body = from.take(size)?;
        let sum = from.array().map(u32::from_be_bytes)?;
        // The sum is over the name and the content, which stand behind the length.
        let summed = begins.get(4..).and_then(|named| named.get(..size + 4)).ok_or(Unfit::Damaged)?;
        if crc32fast::hash(summed) != sum || (kind == *b"IHDR" && size != 13) || (kind == *b"IEND" && size != 0) {
            return Err(Unfit::Damaged);
        }
        let end = kind == *b"IEND";
        // Before the points, where every decoder heeds it, or behind them, but never among them.
        if (end || (kind == *b"IDAT" && !drawn))
            && let Some(up) = up.take()
        {
            turned = true;
            png_chunk(&mut out, *b"eXIf", &upright(up))?;
        }
        drawn |= kind == *b"IDAT";
        if kind == *b"eXIf" && !turned && up.is_none() {
            up = orientation(body);
        } else if end {
            png_chunk(&mut out, kind, &[])?;
            return if drawn { Ok(out) } else { Err(Unfit::Damaged) };
        } else if png_needs(kind) {
            png_chunk(&mut out, kind, body)?;
        }
    }
}

/// Does a still PNG need it: for its points, their colours and how large they are? Animations (acTL, fcTL, fdAT) lose all but
/// their still picture.
fn png_needs(kind: [u8; 4]) -> bool {
    matches!(&kind, b"IHDR" | b"PLTE" | b"IDAT" | b"tRNS" | b"gAMA" | b"cHRM")
        || matches!(&kind, b"sRGB" | b"iCCP" | b"cICP" | b"sBIT" | b"bKGD" | b"pHYs")
}

/// Adds a chunk of a WebP.
fn webp_chunk(out: &mut Vec<u8>, kind: [u8; 4], body: &[u8]) -> Result<(), Unfit> {
    out.extend(kind);
    out.extend(u32::try_from(body.len()).map_err(|_| Unfit::Damaged)?.to_le_bytes());
    out.extend(body);
    out.extend(std::iter::repeat_n(0, body.len() % 2));
    Ok(())
}

fn webp(mut from: Reader) -> Result<Vec<u8>, Unfit> {
    from.expect(b"RIFF")?;
    let size = length(from.array().map(u32::from_le_bytes)?)?;
    let whole = from.0.len() >= size;
    let mut from = Reader(from.0.get(..size).unwrap_or(from.0));
    from.expect(b"WEBP")?;
    let (mut extended, mut colours, mut alpha, mut points, mut up) = (None, None, None, None, None);
    while !from.0.is_empty() {
        let kind = from.array::<4>()?;
        let size = length(from.array().map(u32::from_le_bytes)?)?;
        // How large the picture is comes before the question whether all of it is there.
        let start = from.0.get(..size).unwrap_or(from.0);
        if kind == *b"VP8X" && extended.is_none() {
            extended = Some(webp_canvas(Reader(start))?);
        }
        let sides = if points.is_none() { webp_sides(kind, Reader(start))? } else { None };
        let body = from.take(size)?;
        // Some do not fill up the last one.
        from.0 = from.0.get(size % 2..).unwrap_or_default();
        match &kind {
            b"ANIM" | b"ANMF" => return Err(Unfit::NotAllowed),
            b"ICCP" if colours.is_none() => colours = Some(body),
            b"ALPH" if alpha.is_none() => alpha = Some(body),
            b"EXIF" if up.is_none() => up = orientation(body.strip_prefix(EXIF).unwrap_or(body)),
            _ => points = points.or(sides.map(|sides| (kind, sides, body))),
        }
    }
    let (kind, sides, points) = points.filter(|_| whole).ok_or(Unfit::Damaged)?;
    let mut out = b"RIFF\0\0\0\0WEBP".to_vec();
    if let Some((flags, canvas)) = extended {
        if sides != canvas {
            return Err(Unfit::Damaged);
        }
        // There may be transparency; colours and EXIF data follow.
        let flags = flags & 0x10 | if colours.is_some() { 0x20 } else { 0 } | if up.is_some() { 0x08 } else { 0 };
        let ([a, b, c, _], [d, e, f, _]) = ((sides.0 - 1).to_le_bytes(), (sides.1 - 1).to_le_bytes());
        webp_chunk(&mut out, *b"VP8X", &[flags, 0, 0, 0, a, b, c, d, e, f])?;
        colours.map_or(Ok(()), |body| webp_chunk(&mut out, *b"ICCP", body))?;
        alpha.map_or(Ok(()), |body| webp_chunk(&mut out, *b"ALPH", body))?;
    }
    webp_chunk(&mut out, kind, points)?;
    if let (Some(_), Some(up)) = (extended, up) {
        webp_chunk(&mut out, *b"EXIF", &upright(up))?;
    }
    let size = u32::try_from(out.len() - 8).map_err(|_| Unfit::Damaged)?;
    if let Some(place) = out.get_mut(4..8) {
        place.copy_from_slice(&size.to_le_bytes());
    }
    Ok(out)
}

/// The header of a WebP with more than points: its flags, and how wide and high all of it is.
fn webp_canvas(mut from: Reader) -> Result<(u8, (u32, u32)), Unfit> {
    let [flags, _, _, _] = from.array()?;
    let mut side = || from.array().map(|[low, middle, high]| u32::from_le_bytes([low, middle, high, 0]) + 1);
    let (width, height) = (side()?, side()?);
    fits(width, height)?;
    Ok((flags, (width, height)))
}

/// How wide and high the points of a WebP are, if this chunk has them.
fn webp_sides(kind: [u8; 4], mut from: Reader) -> Result<Option<(u32, u32)>, Unfit> {
    let (width, height) = match &kind {
        b"VP8 " => {
            let _tag = from.array::<3>()?;
            from.expect(b"\x9d\x01\x2a")?;
            let [a, b, c, d] = from.array()?;
            (u32::from(u16::from_le_bytes([a, b]) & 0x3fff), u32::from(u16::from_le_bytes([c, d]) & 0x3fff))
        }
        b"VP8L" => {
            from.expect(b"\x2f")?;
            let bits = from.array().map(u32::from_le_bytes)?;
            ((bits & 0x3fff) + 1, (bits >> 14 & 0x3fff) + 1)
        }
        _ => return Ok(None),
    };
    fits(width, height)?;
    Ok(Some((width, height)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cleaned(kind: FileType, bytes: Vec<u8>) -> Result<Vec<u8>, Unfit> {
        super::cleaned(kind, bytes.into()).map(Vec::from)
    }

    const SECRET: &[u8] = b"SECRET 51.5007 N 0.1246 W";

    /// EXIF data as a phone writes it: who made it, which way is up, and where it was.
    fn exif(little: bool, up: u16) -> Vec<u8> {
        let short = |n: u16| if little { n.to_le_bytes() } else { n.to_be_bytes() };
        let long = |n: u32| if little { n.to_le_bytes() } else { n.to_be_bytes() };
        let mut bytes = [if little { b"II" } else { b"MM" }, &short(42)[..], &long(8), &short(3)].concat();
        for (tag, form, count, value) in [
            (0x010f, 2, 25, long(50)),
            (0x0112, 3, 1, [short(up), [0; 2]].concat().try_into().unwrap()),
            (0x8825, 4, 1, long(50)),
        ] {
            bytes.extend([&short(tag)[..], &short(form), &long(count), &value].concat());
        }
        [&bytes, &long(0)[..], SECRET].concat()
    }

    /// A JPEG of these segments; coded points have no marker.
    fn jpeg_of(parts: &[(u8, &[u8])]) -> Vec<u8> {
        let mut out = b"\xff\xd8".to_vec();
        for (marker, body) in parts {
            if *marker == 0 { out.extend(*body) } else { segment(&mut out, *marker, body, &[]).unwrap() }
        }
        [&out, b"\xff\xd9".as_slice()].concat()
    }

    fn png_of(chunks: &[(&[u8; 4], &[u8])]) -> Vec<u8> {
        let mut out = PNG.to_vec();
        chunks.iter().for_each(|(kind, body)| png_chunk(&mut out, **kind, body).unwrap());
        out
    }

    fn webp_of(chunks: &[(&[u8; 4], &[u8])]) -> Vec<u8> {
        let mut out = b"WEBP".to_vec();
        chunks.iter().for_each(|(kind, body)| webp_chunk(&mut out, **kind, body).unwrap());
        [b"RIFF".as_slice(), &u32::try_from(out.len()).unwrap().to_le_bytes(), &out].concat()
    }

    fn sof(width: u16, height: u16) -> Vec<u8> {
        [&[8][..], &height.to_be_bytes(), &width.to_be_bytes(), &[1, 1, 0x11, 0]].concat()
    }

    fn ihdr(width: u32, height: u32) -> Vec<u8> {
        [&width.to_be_bytes()[..], &height.to_be_bytes(), &[8, 2, 0, 0, 0]].concat()
    }

    const JFIF: &[u8] = b"JFIF\0\x01\x02\x01\0\x48\0\x48";
    const ADOBE: &[u8] = b"Adobe\0\x64\0\0\0\0\x01";
    const SCAN: &[u8] = &[1, 1, 0, 0, 63, 0];
    const POINTS: &[u8] = b"\x12\xff\0\x34\xff\xd0\x56\xff\xff\0\x78";
    const VP8: &[u8] = b"\x30\x01\0\x9d\x01\x2a\x10\0\x20\0points!";
    const CANVAS: &[u8] = &[0x0f, 0, 0, 0x1f, 0, 0];

    /// A piece as it comes, and as it must come out, if it must.
    type Piece<'a, K> = (K, &'a [u8], Option<&'a [u8]>);

    fn same<K>(kind: K, body: &[u8]) -> Piece<'_, K> {
        (kind, body, Some(body))
    }

    fn gone<'a, K>(kind: K) -> Piece<'a, K> {
        (kind, SECRET, None)
    }

    /// Both pictures of such pieces. The first one goes on behind its end, as a phone's with a video does.
    fn both<K: Copy>(build: impl Fn(&[(K, &[u8])]) -> Vec<u8>, pieces: &[Piece<K>]) -> (Vec<u8>, Vec<u8>) {
        let given: Vec<_> = pieces.iter().map(|(kind, body, _)| (*kind, *body)).collect();
        let kept: Vec<_> = pieces.iter().filter_map(|(kind, _, body)| Some((*kind, (*body)?))).collect();
        ([&build(&given), b"\0\0\0\x18ftypmp42".as_slice(), SECRET].concat(), build(&kept))
    }

    /// A picture's type, and the picture as it comes and as it must come out.
    type Sample = (FileType, (Vec<u8>, Vec<u8>));

    /// A picture of each type with all that phones and programs put into one.
    fn samples(little: bool, up: u16) -> [Sample; 3] {
        let exif = exif(little, up);
        let turn = u8::try_from(up).ok().filter(|up| (2..=8).contains(up)).map(upright);
        let turn = turn.as_ref().map(<[u8; 26]>::as_slice);
        let (app1, turn1) = ([EXIF, &exif].concat(), turn.map(|turn| [EXIF, turn].concat()));
        let (jfif, plain) = ([JFIF, &[1, 1], SECRET].concat(), [JFIF, &[0, 0]].concat());
        let (late, icc) = ([EXIF, &upright(3)].concat(), b"ICC_PROFILE\0\x01\x01colours");
        let (adobe, sof, ihdr) = ([ADOBE, SECRET].concat(), sof(16, 32), ihdr(16, 32));
        let jpeg = both(
            jpeg_of,
            &[
                (0xe0, &jfif, Some(&plain)),
                (0xe0, &jfif, None),
                gone(0xe0),
                gone(0xe1),
                (0xe1, &app1, turn1.as_deref()),
                (0, b"\xff\xff", None),
                same(0xe2, icc),
                gone(0xe2),
                gone(0xed),
                gone(0),
                (0xee, &adobe, Some(ADOBE)),
                gone(0xfe),
                same(0xdb, b"table"),
                same(0xc2, &sof),
                same(0xc4, b"codes"),
                same(0xdd, b"\0\x01"),
                same(0xda, SCAN),
                same(0, POINTS),
                (0xe1, &late, None),
                (0xe2, icc, None),
                gone(0),
                same(0xc4, b"more"),
                same(0xda, SCAN),
                same(0, POINTS),
            ],
        );
        let png = both(
            png_of,
            &[
                same(b"IHDR", &ihdr),
                gone(b"tEXt"),
                same(b"gAMA", b"gama"),
                (b"eXIf", &exif, turn),
                gone(b"acTL"),
                gone(b"iTXt"),
                same(b"IDAT", b"points"),
                gone(b"fdAT"),
                same(b"IDAT", b"more"),
                gone(b"tIME"),
                gone(b"prVt"),
                same(b"IEND", b""),
            ],
        );
        let vp8x = |flags| [&[flags, 0, 0, 0], CANVAS].concat();
        let (given, kept) = (vp8x(0x3c), vp8x(if turn.is_some() { 0x38 } else { 0x30 }));
        let webp = both(
            webp_of,
            &[
                (b"VP8X", &given, Some(&kept)),
                same(b"ICCP", b"colours"),
                gone(b"SECR"),
                same(b"ALPH", b"alpha"),
                same(b"VP8 ", VP8),
                (b"EXIF", &exif, turn),
                gone(b"XMP "),
            ],
        );
        [(FileType::Jpeg, jpeg), (FileType::Png, png), (FileType::Webp, webp)]
    }

    // UP-11: a photo with GPS, a small copy, a video behind its end; the points, the colours and which way is up stay.
    #[test]
    fn a_picture_tells_nothing_but_itself() {
        for (little, up) in [(true, 6), (false, 6), (true, 1), (false, 8), (true, 9), (false, 0x0106)] {
            for (kind, (bytes, kept)) in samples(little, up) {
                assert!(bytes.windows(6).any(|part| part == b"SECRET"));
                assert!(!kept.windows(6).any(|part| part == b"SECRET"));
                assert_eq!(cleaned(kind, bytes).as_ref(), Ok(&kept), "{kind:?} {little} {up}");
                assert_eq!(orientation(&exif(little, up)), u8::try_from(up).ok().filter(|up| matches!(up, 6 | 8)));
                assert_eq!(cleaned(kind, kept.clone()), Ok(kept), "{kind:?}");
            }
        }
        let mut other = exif(true, 6);
        other[24] = 2;
        assert_eq!((orientation(&upright(6)), orientation(&other)), (Some(6), None), "a short number or nothing");
        let (first, last) = ((b"IHDR", &ihdr(1, 1)[..]), (b"IEND", b"".as_slice()));
        let (turn, points) = ((b"eXIf", &upright(6)[..]), (b"IDAT", b"points".as_slice()));
        let among = png_of(&[first, points, turn, points, last]);
        assert_eq!(cleaned(FileType::Png, among), Ok(png_of(&[first, points, points, turn, last])));
        assert_eq!(cleaned(FileType::Pdf, SECRET.to_vec()), Ok(SECRET.to_vec()));
    }

    // UP-05: a header that promises 50,000 by 50,000 points is refused by that alone, whatever follows.
    #[test]
    fn a_picture_too_large_to_open_is_refused_by_its_header() {
        let png = |width, height| {
            cleaned(FileType::Png, png_of(&[(b"IHDR", &ihdr(width, height)), (b"IDAT", b""), (b"IEND", b"")])).err()
        };
        for (width, height) in
            [(50_000, 50_000), (30_001, 1), (1, 30_001), (10_000, 10_001), (0, 5), (5, 0), (u32::MAX, u32::MAX)]
        {
            assert_eq!(png(width, height), Some(Unfit::TooLarge), "{width} {height}");
        }
        assert_eq!((png(10_000, 10_000), png(30_000, 3_333)), (None, None));
        let header = png_of(&[(b"IHDR", &ihdr(50_000, 50_000))]);
        assert_eq!(cleaned(FileType::Png, header[..24].to_vec()), Err(Unfit::TooLarge));
        assert_eq!(cleaned(FileType::Jpeg, jpeg_of(&[(0xc0, &sof(50_000, 50_000))])), Err(Unfit::TooLarge));
        assert_eq!(cleaned(FileType::Jpeg, jpeg_of(&[(0xc0, &sof(16, 0))])), Err(Unfit::TooLarge));
        let wide = webp_of(&[(b"VP8X", &[0, 0, 0, 0, 0x4f, 0xc3, 0, 0x4f, 0xc3, 0])]);
        assert_eq!(cleaned(FileType::Webp, wide), Err(Unfit::TooLarge));
        assert_eq!(cleaned(FileType::Webp, webp_of(&[(b"VP8L", b"\x2f\xff\xff\xff\x0f")])), Err(Unfit::TooLarge));
    }

    // UP-02: what only begins like a picture is none.
    #[test]
    fn a_picture_that_cannot_be_read_to_its_end_is_refused() {
        for (kind, (_, kept)) in samples(true, 6) {
            for cut in 0..kept.len() {
                assert_eq!(cleaned(kind, kept[..cut].to_vec()), Err(Unfit::Damaged), "{kind:?} cut at {cut}");
            }
            for other in [FileType::Jpeg, FileType::Png, FileType::Webp] {
                assert_eq!(cleaned(other, kept.clone()).is_ok(), other == kind);
            }
        }
        let mut png = png_of(&[(b"IHDR", &ihdr(1, 1)), (b"IDAT", b"points"), (b"IEND", b"")]);
        png[43] ^= 1;
        assert_eq!(cleaned(FileType::Png, png), Err(Unfit::Damaged), "the sum of a chunk is wrong");
        let moving = webp_of(&[(b"VP8X", &[&[2, 0, 0, 0], CANVAS].concat()), (b"ANIM", b"123456"), (b"ANMF", VP8)]);
        assert_eq!(cleaned(FileType::Webp, moving), Err(Unfit::NotAllowed));
        let two = webp_of(&[(b"VP8X", &[0, 0, 0, 0, 9, 0, 0, 9, 0, 0]), (b"VP8 ", VP8)]);
        assert_eq!(cleaned(FileType::Webp, two), Err(Unfit::Damaged), "two sizes");
    }

    // UP-02: whatever comes, it ends, without a panic, and what came out clean once comes out the same again.
    #[test]
    fn hostile_bytes_do_no_harm() {
        let mut seed = 0x9e37_79b9_7f4a_7c15_u64;
        let mut random = |below: usize| {
            seed ^= seed << 13;
            seed ^= seed >> 7;
            seed ^= seed << 17;
            usize::try_from(seed >> 16).unwrap() % below
        };
        let (samples, mut taken) = (samples(true, 6), [0; 3]);
        for round in 0..30_000 {
            let (kind, (bytes, _)) = &samples[round % 3];
            let mut bytes = bytes.clone();
            for _ in 0..=random(4) {
                let at = random(bytes.len());
                match random(4) {
                    0 => bytes.truncate(at.max(1)),
                    1 => bytes[at] = [0, 1, 0x7f, 0xff, 0xd9, 0xda][random(6)],
                    2 => bytes[at] ^= 1 << random(8),
                    _ => bytes.rotate_left(if random(8) == 0 { at } else { 0 }),
                }
            }
            if *kind == FileType::Png && round % 2 == 0 {
                mend(&mut bytes);
            }
            if let Ok(clean) = cleaned(*kind, bytes) {
                taken[round % 3] += 1;
                assert_eq!(cleaned(*kind, clean.clone()), Ok(clean));
            }
        }
        assert!(taken.iter().all(|taken| *taken > 300), "too few to tell: {taken:?}");
    }

    /// Puts the sums of a PNG right, so that what was changed in it is looked at.
    fn mend(bytes: &mut [u8]) {
        let mut at = 8;
        while let Some(size) = bytes.get(at..at + 4) {
            let end = at + 8 + u32::from_be_bytes(size.try_into().unwrap()) as usize;
            let Some(sum) = bytes.get(at + 4..end).map(crc32fast::hash) else { return };
            let Some(place) = bytes.get_mut(end..end + 4) else { return };
            place.copy_from_slice(&sum.to_be_bytes());
            at = end + 4;
        }
    }
}
