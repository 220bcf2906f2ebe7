//! What stands behind the cache.

use std::future::{Future, poll_fn};

use bytes::Bytes;
use http::{Request, Response};
use http_body::Body;
use tower_service::Service;

/// A service that responds with bodies that can be kept: what a layer asks of it, in one name.
pub(crate) trait Origin<B>: Clone + Send + 'static {
    type Body: Body<Data = Bytes, Error: Send> + Send + 'static;
    type Error: Send + 'static;

    /// Waits until it is ready, and asks it once.
    fn ask(
        self,
        request: Request<B>,
    ) -> impl Future<Output = Result<Response<Self::Body>, Self::Error>> + Send;
}

impl<S, B, R> Origin<B> for S
where
    S: Service<Request<B>, Response = Response<R>, Error: Send, Future: Send>,
    S: Clone + Send + 'static,
    B: Send + 'static,
    R: Body<Data = Bytes, Error: Send> + Send + 'static,
    S::Error: 'static,
{
    type Body = R;
    type Error = S::Error;

    async fn ask(mut self, request: Request<B>) -> Result<Response<R>, S::Error> {
        poll_fn(|context| self.poll_ready(context)).await?;
        self.call(request).await
    }
}
