//! The layer, the service that it makes, and the future of a response.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::{Request, Response};
use http_body::Body;
use tower_service::Service;

use crate::body::CacheBody;
use crate::origin::Origin;
use crate::read::Reader;
use crate::route::{self, Route};
use crate::shared::Shared;
use crate::write;

/// A service that answers from a cache what it can, and asks another what it cannot. Made by
/// [`HttpCacheLayer`](crate::HttpCacheLayer).
///
/// It is always ready: what is in the cache is served however busy the service behind is. That one is waited
/// for when it is needed.
///
/// A request with a body type that is not [`Default`], such as hyper's `Incoming`, has to be turned into one
/// that is: the cache makes requests of its own, for refreshes, and those have no body.
#[derive(Clone)]
pub struct HttpCache<S> {
    inner: S,
    shared: Arc<Shared>,
}

impl<S> HttpCache<S> {
    pub(crate) fn new(inner: S, shared: Arc<Shared>) -> HttpCache<S> {
        HttpCache { inner, shared }
    }

    /// The service behind the cache.
    pub fn get_ref(&self) -> &S {
        &self.inner
    }
}

impl<S: fmt::Debug> fmt::Debug for HttpCache<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpCache")
            .field("inner", &self.inner)
            .field("cache", &self.shared.cache)
            .finish_non_exhaustive()
    }
}

impl<S, B, R> Service<Request<B>> for HttpCache<S>
where
    S: Service<Request<B>, Response = Response<R>, Error: Send, Future: Send>,
    S: Clone + Send + 'static,
    S::Error: 'static,
    B: Body + Default + Send + 'static,
    R: Body<Data = Bytes, Error: Send> + Send + 'static,
{
    type Response = Response<CacheBody<R>>;
    type Error = S::Error;
    type Future = ResponseFuture<R, S::Error>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<B>) -> ResponseFuture<R, S::Error> {
        let shared = Arc::clone(&self.shared);
        let origin = self.inner.clone();
        let (head, body) = request.into_parts();
        let route = route::of(head, !body.is_end_stream(), &shared.settings);
        let answer: Answer<R, S::Error> = match route {
            Route::Read(ask) => Box::pin(Reader::<S, B>::new(shared, origin, *ask).answer()),
            Route::Write(head) => {
                Box::pin(async move { write::carry_out(&shared, origin, head, body).await })
            }
            Route::Around(head, did) => Box::pin(async move {
                let response = origin.ask(Request::from_parts(head, body)).await?;
                Ok(shared.finish(response.map(CacheBody::passed), &did))
            }),
        };
        ResponseFuture { answer }
    }
}

type Answer<R, E> = Pin<Box<dyn Future<Output = Result<Response<CacheBody<R>>, E>> + Send>>;

/// The response of an [`HttpCache`]. It may be dropped at any point: a load that others wait for is then
/// carried out by one of them.
#[must_use = "futures do nothing unless they are polled"]
pub struct ResponseFuture<R: Body<Data = Bytes>, E> {
    answer: Answer<R, E>,
}

impl<R: Body<Data = Bytes>, E> Future for ResponseFuture<R, E> {
    type Output = Result<Response<CacheBody<R>>, E>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        self.answer.as_mut().poll(context)
    }
}

impl<R: Body<Data = Bytes>, E> fmt::Debug for ResponseFuture<R, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ResponseFuture").finish_non_exhaustive()
    }
}
