//! Past the cache: requests whose answer is for their own client, whatever others are doing.

use std::sync::Arc;

use http::StatusCode;
use shelflife::compute::Op;
use shelflife::{Entry, Load};

use crate::body::CacheBody;
use crate::bring::{Brought, Known, bring, could_be_kept};
use crate::headers::cache_status::{Did, Forward};
use crate::origin::Origin;
use crate::read::{Answer, Reader};
use crate::stored::{CachedResponse, Stored};

impl<O: Origin<B>, B: Default + Send + 'static> Reader<O, B> {
    /// Asks whether what is there is still good, for this request alone: nobody waits for another.
    pub(crate) async fn validate(&self, key: &str, entry: &Entry<CachedResponse>) -> Answer<O, B> {
        let id = entry.value().id();
        let known = entry.value().stored().expect("a note is not validated");
        let known = Arc::clone(known);
        let settings = &self.shared.settings;
        let to_bring = Known {
            to_validate: Some(Arc::clone(&known)),
            can_answer_for_an_error: false,
        };
        let origin = self.origin();
        match bring(settings, origin, &self.ask, to_bring, Forward::Stale).await {
            Brought::Kept(own) => {
                let is_same = own.did.forward_status == Some(StatusCode::NOT_MODIFIED);
                if !is_same {
                    // What came is newer. It was not loaded under the cache's eyes, so that it is not kept:
                    // the next request loads.
                    self.replace(key, id, None).await;
                } else if !own.response.is_like(&known) {
                    self.replace(key, id, Some(&own.response)).await;
                }
                Ok(self.serve_own(own, false))
            }
            Brought::Unkept(own, _) => {
                self.replace(key, id, None).await;
                Ok(self.serve_own(own, false))
            }
            Brought::Passed(response, did, _) => {
                if !response.status().is_server_error() {
                    self.replace(key, id, None).await;
                }
                Ok(self.shared.finish(response, &did))
            }
            Brought::Failed(own, did) => own.map(|response| self.shared.finish(response, &did)),
        }
    }

    /// Puts something in the place of what has this number, or takes it away: not if anything has invalidated
    /// or replaced it since.
    async fn replace(&self, key: &str, id: u64, with: Option<&Arc<Stored>>) {
        let change = async |before: Option<Entry<CachedResponse>>, load: Arc<Load>| {
            if before.is_none_or(|before| before.value().id() != id) {
                return Op::Nop;
            }
            match with {
                None => Op::Remove,
                Some(stored) => {
                    stored.describe(&load, &self.shared.settings);
                    Op::Put(CachedResponse::of(stored))
                }
            }
        };
        self.shared.cache.entry(key).and_compute_with(change).await;
    }

    /// To the service as it came, for this client alone. `note` has led here: it goes if what comes could
    /// have been kept.
    pub(crate) async fn alone(&self, did: Did, note: Option<(&str, u64)>) -> Answer<O, B> {
        let response = self.origin().ask(self.ask.as_it_came()).await?;
        if let Some((key, id)) = note
            && could_be_kept(&self.shared.settings, &self.ask, &response)
        {
            self.replace(key, id, None).await;
        }
        let response = response.map(CacheBody::passed);
        Ok(self.shared.finish(response, &did))
    }
}
