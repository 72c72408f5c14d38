//! How doors take JSON: whole, and nothing beside it. Forms refuse fields that are not theirs by themselves; a call is of a type
//! that Leptos writes, which has no place to say so (TG-04).

use std::fmt;

use leptos::serde_json;
use serde::{
    Deserializer, Serialize,
    de::{DeserializeOwned, DeserializeSeed, Error as _, IntoDeserializer as _, MapAccess, Visitor},
    forward_to_deserialize_any,
};
use server_fn::{
    Bytes, ContentType, Decodes, Encodes, Format, FormatType,
    codec::{JsonEncoding, Post},
};

/// JSON in the body of a POST.
pub type Json = Post<StrictJson>;

/// JSON that is refused when it has a field that nobody asked for.
pub struct StrictJson;

impl ContentType for StrictJson {
    const CONTENT_TYPE: &'static str = JsonEncoding::CONTENT_TYPE;
}

impl FormatType for StrictJson {
    const FORMAT_TYPE: Format = JsonEncoding::FORMAT_TYPE;
}

impl<T: Serialize> Encodes<T> for StrictJson {
    type Error = serde_json::Error;

    fn encode(output: &T) -> Result<Bytes, Self::Error> {
        JsonEncoding::encode(output)
    }
}

impl<T: DeserializeOwned> Decodes<T> for StrictJson {
    type Error = serde_json::Error;

    fn decode(bytes: Bytes) -> Result<T, Self::Error> {
        let mut json = serde_json::Deserializer::from_slice(&bytes);
        let call = T::deserialize(Call(&mut json))?;
        json.end().map(|()| call)
    }
}

/// Reads a call.
struct Call<D>(D);

impl<'de, D: Deserializer<'de>> Deserializer<'de> for Call<D> {
    type Error = D::Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        self.0.deserialize_any(visitor)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, D::Error> {
        self.0.deserialize_struct(name, fields, Named { inner: visitor, fields })
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct
        newtype_struct seq tuple tuple_struct map enum identifier ignored_any
    }
}

/// Lets these fields through and no other.
struct Named<I> {
    inner: I,
    fields: &'static [&'static str],
}

impl<'de, V: Visitor<'de>> Visitor<'de> for Named<V> {
    type Value = V::Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.inner.expecting(f)
    }

    fn visit_map<M: MapAccess<'de>>(self, map: M) -> Result<V::Value, M::Error> {
        self.inner.visit_map(Named { inner: map, fields: self.fields })
    }
}

impl<'de, M: MapAccess<'de>> MapAccess<'de> for Named<M> {
    type Error = M::Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, M::Error> {
        let Some(name) = self.inner.next_key::<String>()? else { return Ok(None) };
        if !self.fields.contains(&name.as_str()) {
            return Err(M::Error::unknown_field(&name, self.fields));
        }
        seed.deserialize(name.into_deserializer()).map(Some)
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, M::Error> {
        self.inner.next_value_seed(seed)
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, PartialEq, Deserialize)]
    struct Save {
        id: u32,
        #[serde(default)]
        next: String,
    }

    #[derive(Debug, PartialEq, Deserialize)]
    struct Start {}

    fn read<T: DeserializeOwned>(json: &'static str) -> Option<T> {
        StrictJson::decode(Bytes::from_static(json.as_bytes())).ok()
    }

    #[test]
    fn a_call_is_taken_whole_or_not_at_all() {
        assert_eq!(read(r#"{"id":1}"#), Some(Save { id: 1, next: String::new() }));
        assert_eq!(read(r#"{"id":1,"next":"x"}"#), Some(Save { id: 1, next: "x".into() }));
        assert_eq!(read("{}"), Some(Start {}));
        for json in [r#"{"id":1,"group_id":2}"#, r#"{"id":1,"id":2}"#, r#"[1,"x"]"#, r#"{"id":1} {}"#, r#"{"id":1"#, ""]
        {
            assert_eq!(read::<Save>(json), None, "{json}");
        }
        assert_eq!(read::<Start>(r#"{"x":1}"#), None);
    }
}
