//! How a request is answered from the cache, through it, or past it.

use std::marker::PhantomData;
use std::sync::Arc;

use http::{Response, StatusCode};
use parking_lot::Mutex;
use shelflife::Entry;

use crate::body::CacheBody;
use crate::bring::Own;
use crate::headers::cache_status::{Did, Forward};
use crate::judge::{Found, Verdict, judge};
use crate::keys;
use crate::load::Mine;
use crate::origin::Origin;
use crate::route::Ask;
use crate::shared::Shared;
use crate::slot::Slot;
use crate::stored::{CachedResponse, Kept, Stored};

/// What a client gets, from a service `O` for requests with bodies `B`.
pub(crate) type Answer<O, B> =
    Result<Response<CacheBody<<O as Origin<B>>::Body>>, <O as Origin<B>>::Error>;

/// One request on its way.
pub(crate) struct Reader<O, B> {
    pub(crate) shared: Arc<Shared>,
    /// Behind a lock, so that it need not be shared to be copied.
    origin: Mutex<O>,
    pub(crate) ask: Arc<Ask>,
    bodies: PhantomData<fn() -> B>,
}

impl<O: Clone, B> Clone for Reader<O, B> {
    fn clone(&self) -> Reader<O, B> {
        Reader {
            shared: Arc::clone(&self.shared),
            origin: Mutex::new(self.origin.lock().clone()),
            ask: Arc::clone(&self.ask),
            bodies: PhantomData,
        }
    }
}

impl<O: Origin<B>, B: Default + Send + 'static> Reader<O, B> {
    pub(crate) fn new(shared: Arc<Shared>, origin: O, ask: Ask) -> Reader<O, B> {
        Reader {
            shared,
            origin: Mutex::new(origin),
            ask: Arc::new(ask),
            bodies: PhantomData,
        }
    }

    /// The service, to be asked once.
    pub(crate) fn origin(&self) -> O {
        self.origin.lock().clone()
    }

    pub(crate) async fn answer(self) -> Answer<O, B> {
        let note = self.note_for_authorized();
        if note.is_some() || self.ask.is_particular() {
            return self.answer_particular(note).await;
        }
        self.through().await
    }

    /// The note that clients which are known had better not wait for each other, if there is one and this is
    /// such a client.
    fn note_for_authorized(&self) -> Option<(String, u64)> {
        if !self.ask.is_authorized {
            return None;
        }
        let key = keys::authorized(&self.ask.key);
        let note = self.shared.cache.get(&key)?;
        Some((key, note.id()))
    }

    /// Who wishes something, wants the head alone, or had better not wait is answered with what is there if
    /// that will do.
    async fn answer_particular(self, note: Option<(String, u64)>) -> Answer<O, B> {
        let found = self.look_up();
        let verdict = found
            .as_ref()
            .map(|(_, entry)| judge(&self.ask, entry, Found::LookedUp));
        if let (Some(Verdict::Serve(did)), Some((_, entry))) = (&verdict, &found) {
            return Ok(self.serve(entry, did));
        }
        if self.ask.wishes.only_if_cached {
            let mut response = Response::new(CacheBody::kept(bytes::Bytes::new()));
            *response.status_mut() = StatusCode::GATEWAY_TIMEOUT;
            let did = Did::default().because("only-if-cached");
            return Ok(self.shared.finish(response, &did));
        }
        let forward = match &verdict {
            None => Forward::UriMiss,
            Some(Verdict::Alone(did)) => did.forward.unwrap_or(Forward::UriMiss),
            Some(Verdict::Elsewhere) => Forward::VaryMiss,
            Some(Verdict::Validate | Verdict::Serve(_)) => Forward::Stale,
        };
        // A head is not kept, and nor is what a client does not want to be.
        if self.ask.is_head || self.ask.wishes.no_store {
            return self.alone(Did::forward(forward), None).await;
        }
        if let Some((key, id)) = note {
            let did = Did::forward(forward).because("pass");
            return self.alone(did, Some((&key, id))).await;
        }
        match found {
            // It will do for others, who go on with it.
            Some((key, _)) if forward == Forward::Request && !self.ask.is_authorized => {
                self.reload(&key).await
            }
            _ => self.through().await,
        }
    }

    /// What is there under the key of this request, or as the variant that it chooses, be it past its end.
    fn look_up(&self) -> Option<(String, Entry<CachedResponse>)> {
        let ask = &self.ask;
        let first = self.shared.cache.get_stale(&ask.key)?;
        let other = match first.value().stored() {
            Some(stored) if !stored.selection.is_of(ask.headers()) => {
                keys::variant(&ask.key, stored, ask.headers())
            }
            _ => return Some((ask.key.clone(), first)),
        };
        let entry = self.shared.cache.get_stale(&other)?;
        Some((other, entry))
    }

    /// Through the cache: what is there, or what a load brings that others may join.
    async fn through(self) -> Answer<O, B> {
        let mut key = self.ask.key.clone();
        let mut miss = Forward::UriMiss;
        loop {
            let slot = Slot::new();
            let loader = self.clone().loader(key.clone(), miss, slot.for_loader());
            let entry = self.shared.cache.entry(&key);
            let answer = entry.or_try_insert_with_spawn(loader).await;
            if let Some(mine) = slot.take() {
                return self.serve_mine(mine, answer.ok());
            }
            let Ok(entry) = answer else {
                // Another's load has failed. What it brought is not for others.
                return self.alone(Did::forward(miss), None).await;
            };
            match judge(&self.ask, &entry, Found::Served) {
                Verdict::Serve(did) => return Ok(self.serve(&entry, &did)),
                Verdict::Validate => return self.validate(&key, &entry).await,
                Verdict::Elsewhere if miss == Forward::UriMiss => {
                    let stored = entry.value().stored().expect("a note has no variants");
                    key = keys::variant(&key, stored, self.ask.headers());
                    miss = Forward::VaryMiss;
                }
                Verdict::Elsewhere => return self.alone(Did::forward(miss), None).await,
                Verdict::Alone(did) => {
                    let note = match entry.value().kept {
                        Kept::Pass(id) => Some((key.as_str(), id)),
                        Kept::Response(_) => None,
                    };
                    return self.alone(did, note).await;
                }
            }
        }
    }

    /// What a request gets that has loaded itself, and the cache answers with this entry, if any.
    pub(crate) fn serve_mine(
        &self,
        mine: Mine<O::Body, O::Error>,
        entry: Option<Entry<CachedResponse>>,
    ) -> Answer<O, B> {
        match mine {
            Mine::Response(own) => {
                // A note may be, in its place.
                let was_stored =
                    entry.is_some_and(|entry| entry.was_stored() && !entry.value().is_pass());
                Ok(self.serve_own(own, was_stored))
            }
            Mine::Passed(response, did) => Ok(self.shared.finish(response, &did)),
            Mine::Failed(own, mut did) => {
                let status = own.as_ref().ok().map(Response::status);
                let rescue = entry.filter(|entry| {
                    let stored = entry.value().stored();
                    stored.is_some_and(|stored| {
                        stored.selection.is_of(self.ask.headers())
                            && stored.may_answer_for_an_error(stored.age(entry.age()))
                    })
                });
                let Some(entry) = rescue else {
                    return own.map(|response| self.shared.finish(response, &did));
                };
                did.forward_status = status;
                Ok(self.serve(&entry, &did.because("stale-if-error")))
            }
        }
    }

    fn serve(&self, entry: &Entry<CachedResponse>, did: &Did) -> Response<CacheBody<O::Body>> {
        let stored = entry.value().stored().expect("a note is not served");
        let age = stored.age(entry.age());
        self.shared
            .respond(&self.ask, stored, Some(age), Vec::new(), did)
    }

    pub(crate) fn serve_own(
        &self,
        own: Own<Arc<Stored>>,
        was_stored: bool,
    ) -> Response<CacheBody<O::Body>> {
        let Own {
            response,
            cookies,
            mut did,
        } = own;
        did.stored = was_stored;
        self.shared
            .respond(&self.ask, &response, None, cookies, &did)
    }
}
