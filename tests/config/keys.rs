//! Which keys a configuration struct has, asked of its `Deserialize` itself: a new field cannot be forgotten.

use serde::de::{self, Deserialize, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};

/// All keys of `T` and of the structs in it, as paths: `imap.host`. Lists count as their items.
pub fn keys_of<'de, T: Deserialize<'de>>() -> Vec<String> {
    let mut keys = Vec::new();
    let mut waiting = vec![Vec::new()];
    while let Some(path) = waiting.pop() {
        // Each walk ends with the error that carries what it found.
        let Err(Found(fields)) = T::deserialize(Walk { path: &path }) else { continue };
        for field in fields {
            let path: Vec<&'static str> = path.iter().copied().chain([field]).collect();
            keys.push(path.join("."));
            waiting.push(path);
        }
    }
    keys.sort();
    keys
}

/// The fields of the struct at the end of the path; none where there is no struct.
#[derive(Debug)]
struct Found(Vec<&'static str>);

impl std::fmt::Display for Found {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:?}", self.0)
    }
}

impl std::error::Error for Found {}

impl de::Error for Found {
    fn custom<T: std::fmt::Display>(_: T) -> Found {
        Found(vec![])
    }
}

/// Goes down a path of keys, and stops there.
#[derive(Clone, Copy)]
struct Walk<'p> {
    path: &'p [&'static str],
}

impl<'de> Deserializer<'de> for Walk<'_> {
    type Error = Found;

    fn deserialize_struct<V: Visitor<'de>>(self, _: &'static str, fields: &'static [&'static str], visitor: V) -> Result<V::Value, Found> {
        match self.path.split_first() {
            None => Err(Found(fields.to_vec())),
            Some((key, rest)) => visitor.visit_map(Step { key: Some(key), rest }),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Found> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Found> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Found> {
        visitor.visit_seq(Items(self))
    }

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Found> {
        Err(Found(vec![]))
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct tuple
        tuple_struct map enum identifier ignored_any
    }
}

/// A struct's map with the one key that leads on.
struct Step<'p> {
    key: Option<&'static str>,
    rest: &'p [&'static str],
}

impl<'de> MapAccess<'de> for Step<'_> {
    type Error = Found;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Found> {
        let key = self.key.take().map(de::value::StrDeserializer::<Found>::new);
        key.map(|key| seed.deserialize(key)).transpose()
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Found> {
        seed.deserialize(Walk { path: self.rest })
    }
}

/// A list of one item.
struct Items<'p>(Walk<'p>);

impl<'de> SeqAccess<'de> for Items<'_> {
    type Error = Found;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Found> {
        seed.deserialize(self.0).map(Some)
    }
}

#[test]
fn the_walk_finds_fields_through_options_and_lists() {
    #[derive(serde::Deserialize)]
    #[allow(dead_code)]
    struct Outer {
        plain: u8,
        inner: Option<Vec<Inner>>,
    }
    #[derive(serde::Deserialize)]
    #[allow(dead_code)]
    struct Inner {
        name: String,
    }
    assert_eq!(keys_of::<Outer>(), ["inner", "inner.name", "plain"]);
}
