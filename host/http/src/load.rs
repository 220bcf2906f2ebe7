//! Loads: what the cache is to do where it has nothing, or nothing that is good enough.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::Response;
use http_body::Body;
use shelflife::Load;
use shelflife::compute::Op;

use crate::body::CacheBody;
use crate::bring::{Brought, Known, Own, bring};
use crate::headers::cache_status::{Did, Forward};
use crate::keys;
use crate::origin::Origin;
use crate::read::{Answer, Reader};
use crate::rules::storable::Refusal;
use crate::slot::Slot;
use crate::stored::{CachedResponse, Stored};

/// That a load has brought nothing that could be handed to anybody else.
#[derive(Debug)]
pub(crate) struct Failed;

/// What a request's own load has brought.
pub(crate) enum Mine<R: Body<Data = Bytes>, E> {
    Response(Own<Arc<Stored>>),
    Passed(Response<CacheBody<R>>, Did),
    Failed(Result<Response<CacheBody<R>>, E>, Did),
}

type Loading = Pin<Box<dyn Future<Output = Result<CachedResponse, Failed>> + Send>>;

impl<O: Origin<B>, B: Default + Send + 'static> Reader<O, B> {
    /// What the cache is to do where it has nothing: ask the service, once for all who wait.
    pub(crate) fn loader(
        self,
        key: String,
        miss: Forward,
        slot: Slot<Mine<O::Body, O::Error>>,
    ) -> impl FnOnce(Arc<Load>) -> Loading + Send + 'static {
        move |load| {
            Box::pin(async move {
                let known = self.known(&key);
                let forward = match known.to_validate.is_some() || known.can_answer_for_an_error {
                    true => Forward::Stale,
                    false => miss,
                };
                let settings = &self.shared.settings;
                let origin = self.origin();
                match bring(settings, origin, &self.ask, known, forward).await {
                    Brought::Kept(own) => {
                        own.response.describe(&load, settings);
                        let value = CachedResponse::of(&own.response);
                        slot.put(Mine::Response(own));
                        Ok(value)
                    }
                    Brought::Unkept(own, refusal) => {
                        slot.put(Mine::Response(own));
                        Ok(self.note(&load, refusal))
                    }
                    Brought::Passed(response, did, refusal) => {
                        slot.put(Mine::Passed(response, did));
                        Ok(self.note(&load, refusal))
                    }
                    Brought::Failed(own, did) => {
                        slot.put(Mine::Failed(own, did));
                        Err(Failed)
                    }
                }
            })
        }
    }

    /// What others find who ask for a response that is not for them: a note to pass, kept for a while where
    /// it will be the same the next time, so that nobody waits for what he cannot have.
    fn note(&self, load: &Load, refusal: Refusal) -> CachedResponse {
        let time = self.shared.settings.pass_for;
        let keep = |load: &Load| {
            let none = Duration::ZERO;
            load.ttl(time).grace(none).rescue(none);
        };
        match refusal {
            Refusal::ByResponse(_) if !time.is_zero() => keep(load),
            _ => {
                load.skip_store();
            }
        }
        if refusal == Refusal::ByAuthorization && !time.is_zero() {
            // It says nothing to clients that are not known.
            let key = keys::authorized(&self.ask.key);
            self.shared
                .cache
                .insert_with(&key, CachedResponse::pass(), keep);
        }
        CachedResponse::pass()
    }

    /// What is there under a key that a load for it can use.
    fn known(&self, key: &str) -> Known {
        let entry = self.shared.cache.get_stale(key);
        let stored = entry.as_ref().and_then(|entry| entry.value().stored());
        let right = stored.filter(|stored| stored.selection.is_of(self.ask.headers()));
        let (Some(stored), Some(entry)) = (right, &entry) else {
            return Known::default();
        };
        Known {
            to_validate: stored.has_validators().then(|| Arc::clone(stored)),
            can_answer_for_an_error: stored.may_answer_for_an_error(stored.age(entry.age())),
        }
    }

    /// Loads what is there again, since it is not good enough for this client. Others go on with it, and what
    /// comes takes its place.
    pub(crate) async fn reload(&self, key: &str) -> Answer<O, B> {
        let settings = &self.shared.settings;
        let mut mine = None;
        let change = async |_, load: Arc<Load>| {
            let known = Known {
                can_answer_for_an_error: false,
                ..self.known(key)
            };
            let origin = self.origin();
            match bring(settings, origin, &self.ask, known, Forward::Request).await {
                Brought::Kept(own) => {
                    own.response.describe(&load, settings);
                    let value = CachedResponse::of(&own.response);
                    mine = Some(Mine::Response(own));
                    Op::Put(value)
                }
                Brought::Unkept(own, _) => {
                    mine = Some(Mine::Response(own));
                    Op::Remove
                }
                Brought::Passed(response, did, _) => {
                    let is_newer = !response.status().is_server_error();
                    mine = Some(Mine::Passed(response, did));
                    if is_newer { Op::Remove } else { Op::Nop }
                }
                Brought::Failed(own, did) => {
                    mine = Some(Mine::Failed(own, did));
                    Op::Nop
                }
            }
        };
        let entry = self
            .shared
            .cache
            .entry(key)
            .and_compute_with(change)
            .await
            .into_entry();
        let mine = mine.expect("a change is carried out by whoever asks for it");
        self.serve_mine(mine, entry)
    }
}
