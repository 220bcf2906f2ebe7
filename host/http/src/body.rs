//! Bodies of responses: what is kept, what passes, and what was to be kept and passes after all.

use std::collections::VecDeque;
use std::fmt;
use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::{Bytes, BytesMut};
use http_body::{Body, Frame, SizeHint};

/// The body of a response that went through the cache: bytes that were kept, or the service's own body.
pub struct CacheBody<R: Body<Data = Bytes>> {
    kind: Kind<R>,
}

enum Kind<R: Body<Data = Bytes>> {
    /// Bytes, until they are taken.
    Kept(Option<Bytes>),
    /// The service's own, as it comes.
    Passed(Pin<Box<R>>),
    /// The service's own, of which a part was read already.
    Begun {
        read: VecDeque<Frame<Bytes>>,
        failed: Option<R::Error>,
        rest: Option<Pin<Box<R>>>,
    },
}

/// Whatever is to stay where it is lies behind a pointer.
impl<R: Body<Data = Bytes>> Unpin for CacheBody<R> {}

/// What came of reading a body into memory.
pub(crate) enum Collected<R: Body<Data = Bytes>> {
    Whole(Bytes),
    /// It goes to its client all the same, and nowhere else.
    Not(CacheBody<R>, &'static str),
}

impl<R: Body<Data = Bytes>> CacheBody<R> {
    pub(crate) fn kept(bytes: Bytes) -> CacheBody<R> {
        let bytes = (!bytes.is_empty()).then_some(bytes);
        CacheBody {
            kind: Kind::Kept(bytes),
        }
    }

    pub(crate) fn passed(body: R) -> CacheBody<R> {
        CacheBody {
            kind: Kind::Passed(Box::pin(body)),
        }
    }

    /// Reads a body to its end, unless it turns out to be larger than `limit`.
    pub(crate) async fn collect(body: R, limit: usize) -> Collected<R> {
        let mut body = Box::pin(body);
        let mut read = VecDeque::new();
        let mut size = 0;
        let (why, failed) = loop {
            match poll_fn(|context| body.as_mut().poll_frame(context)).await {
                None => return Collected::Whole(joined(read)),
                Some(Err(error)) => break ("body-error", Some(error)),
                Some(Ok(frame)) => {
                    let data = frame.data_ref().map(Bytes::len);
                    read.push_back(frame);
                    match data {
                        Some(length) => size += length,
                        None => break ("trailers", None),
                    }
                    if size > limit {
                        break ("too-large", None);
                    }
                }
            }
        };
        let rest = failed.is_none().then_some(body);
        let kind = Kind::Begun { read, failed, rest };
        Collected::Not(CacheBody { kind }, why)
    }
}

/// Data frames as one piece; without a copy where there is only one.
fn joined(frames: VecDeque<Frame<Bytes>>) -> Bytes {
    let mut pieces = frames
        .into_iter()
        .filter_map(|frame| frame.into_data().ok());
    let first = pieces.next().unwrap_or_default();
    let Some(second) = pieces.next() else {
        return first;
    };
    let mut all = BytesMut::from(first);
    all.extend_from_slice(&second);
    pieces.for_each(|piece| all.extend_from_slice(&piece));
    all.freeze()
}

impl<R: Body<Data = Bytes>> Body for CacheBody<R> {
    type Data = Bytes;
    type Error = R::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, R::Error>>> {
        match &mut self.kind {
            Kind::Kept(bytes) => Poll::Ready(bytes.take().map(Frame::data).map(Ok)),
            Kind::Passed(body) => body.as_mut().poll_frame(context),
            Kind::Begun { read, failed, rest } => {
                if let Some(frame) = read.pop_front() {
                    return Poll::Ready(Some(Ok(frame)));
                }
                if let Some(error) = failed.take() {
                    return Poll::Ready(Some(Err(error)));
                }
                let Some(body) = rest else {
                    return Poll::Ready(None);
                };
                let frame = ready!(body.as_mut().poll_frame(context));
                if frame.is_none() {
                    *rest = None;
                }
                Poll::Ready(frame)
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        match &self.kind {
            Kind::Kept(bytes) => bytes.is_none(),
            Kind::Passed(body) => body.is_end_stream(),
            Kind::Begun { read, failed, rest } => {
                let is_over = rest.as_ref().is_none_or(|rest| rest.is_end_stream());
                read.is_empty() && failed.is_none() && is_over
            }
        }
    }

    fn size_hint(&self) -> SizeHint {
        match &self.kind {
            Kind::Kept(bytes) => {
                SizeHint::with_exact(bytes.as_ref().map_or(0, |bytes| bytes.len() as u64))
            }
            Kind::Passed(body) => body.size_hint(),
            // More than was read is yet to come, or an error.
            Kind::Begun { read, rest, .. } => {
                let data = read.iter().filter_map(|frame| frame.data_ref());
                let read: u64 = data.map(|data| data.len() as u64).sum();
                let mut hint = SizeHint::new();
                if let Some(rest) = rest {
                    let rest = rest.size_hint();
                    if let Some(upper) = rest.upper() {
                        hint.set_upper(upper.saturating_add(read));
                    }
                    hint.set_lower(rest.lower().saturating_add(read));
                }
                hint
            }
        }
    }
}

impl<R: Body<Data = Bytes>> fmt::Debug for CacheBody<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = match &self.kind {
            Kind::Kept(_) => "kept",
            Kind::Passed(_) => "passed",
            Kind::Begun { .. } => "begun",
        };
        f.debug_tuple("CacheBody").field(&kind).finish()
    }
}
