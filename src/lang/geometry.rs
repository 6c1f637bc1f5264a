//! Windows that slide over an image: the arithmetic that convolutions and pooling share.
//!
//! An image here is any tensor of a batch, one to three spatial dimensions, and channels.

use super::explain;
use super::rule::{Blame, Problem, RuleCx};
use super::value::Value;
use crate::diagnostics::codes;
use crate::shape::{Dim, Shape};

/// An input read as an image.
#[derive(Debug, Clone)]
pub(super) struct Image {
    batch: Dim,
    /// The sizes of the spatial dimensions.
    pub spatial: Vec<Dim>,
    /// The number of channels.
    pub channels: Dim,
    /// Where the channels are, the batch being axis 0.
    pub channel_axis: usize,
}

impl Image {
    /// Reads the input as an image with `rank` spatial dimensions. `Ok(None)` where it is not known
    /// where the channels are.
    pub fn read(cx: &RuleCx<'_>, rank: usize) -> Result<Option<Image>, Problem> {
        let first = channels_first(cx);
        let axes = match (first.unwrap_or(false), rank) {
            (false, 1) => "(steps, channels)",
            (false, 2) => "(height, width, channels)",
            (false, _) => "(depth, height, width, channels)",
            (true, 1) => "(channels, steps)",
            (true, 2) => "(channels, height, width)",
            (true, _) => "(channels, depth, height, width)",
        };
        cx.need_rank(0, rank + 2, axes)?;
        Ok(first.map(|first| Image::of(cx.input(), first)))
    }

    /// The image that `shape`, of at least two dimensions, is.
    pub fn of(shape: &Shape, channels_first: bool) -> Image {
        let dims = shape.dims();
        let channel_axis = if channels_first { 1 } else { dims.len().saturating_sub(1).max(1) };
        let spatial = (1..dims.len()).filter(|&axis| axis != channel_axis);
        Image {
            batch: shape.batch(),
            spatial: spatial.map(|axis| dims[axis].clone()).collect(),
            channels: dims.get(channel_axis).cloned().unwrap_or(Dim::Unknown),
            channel_axis,
        }
    }

    /// The axis of spatial dimension `index`, the batch being axis 0.
    pub fn axis(&self, index: usize) -> usize {
        if self.channel_axis == 1 && !self.spatial.is_empty() { index + 2 } else { index + 1 }
    }

    /// Whether only the first dimension is too small for a window, and small enough for the colours of a
    /// picture.
    fn looks_channels_first(&self, tight: &[usize]) -> bool {
        self.spatial.len() > 1
            && self.channel_axis > 1
            && tight == [0]
            && matches!(self.spatial[0], Dim::Known(1 | 3 | 4))
            && self.channels.known().is_some_and(|last| last > 4)
    }

    /// The shape of an image with the same layout.
    pub fn with(&self, spatial: Vec<Dim>, channels: Dim) -> Shape {
        let mut dims = vec![self.batch.clone()];
        if self.channel_axis == 1 {
            dims.push(channels);
            dims.extend(spatial);
        } else {
            dims.extend(spatial);
            dims.push(channels);
        }
        Shape::new(dims)
    }
}

/// Whether channels come first; `None` where that is not known.
pub(super) fn channels_first(cx: &RuleCx<'_>) -> Option<bool> {
    if cx.args.entry().param("data_format").is_none() || cx.args.is_none("data_format") {
        return Some(false);
    }
    Some(cx.args.text("data_format")? == "channels_first")
}

/// A window that slides over an image.
#[derive(Debug, Clone)]
pub(super) struct Window {
    /// The parameter that gives its size.
    param: &'static str,
    /// Its size along each spatial dimension.
    pub size: Vec<Option<u64>>,
    strides: Vec<Option<u64>>,
    dilation: Vec<Option<u64>>,
    padding: Padding,
    /// Whether a last window that begins inside the input but reaches past its end counts as well;
    /// PyTorch's `ceil_mode`.
    partial: Option<bool>,
}

/// What is put around an image.
#[derive(Debug, Clone)]
pub(super) enum Padding {
    /// So much at both ends of each spatial dimension.
    Each(Vec<Option<u64>>),
    /// As much as it takes for every position to count.
    Same,
    /// That is not known.
    Unknown,
}

impl Padding {
    /// The argument `padding`: Keras has strings for it, and PyTorch numbers as well.
    pub fn of(cx: &RuleCx<'_>, rank: usize) -> Padding {
        match (cx.args.text("padding").as_deref(), cx.args.value("padding")) {
            (Some("valid"), _) => Padding::Each(vec![Some(0); rank]),
            (Some(_), _) => Padding::Same,
            (None, Value::Unknown) => Padding::Unknown,
            (None, _) => Padding::Each(cx.args.lengths("padding", rank)),
        }
    }

    /// How much is put at each end of dimension `index`. `None` where that is not known, or as much
    /// as it takes.
    pub fn end(&self, index: usize) -> Option<u64> {
        match self {
            Padding::Each(ends) => ends.get(index).copied().flatten(),
            Padding::Same | Padding::Unknown => None,
        }
    }
}

impl Window {
    /// The kernel of a convolution.
    pub fn kernel(cx: &RuleCx<'_>, rank: usize) -> Window {
        Window {
            param: "kernel_size",
            size: cx.args.lengths("kernel_size", rank),
            strides: cx.args.lengths("strides", rank),
            dilation: cx.args.lengths("dilation_rate", rank),
            padding: Padding::of(cx, rank),
            partial: Some(false),
        }
    }

    /// The window of a pooling layer, which moves by its own size unless it says otherwise.
    pub fn pool(cx: &RuleCx<'_>, rank: usize) -> Window {
        let size = cx.args.lengths("pool_size", rank);
        Window {
            param: "pool_size",
            strides: match cx.args.is_none("strides") {
                true => size.clone(),
                false => cx.args.lengths("strides", rank),
            },
            size,
            dilation: match cx.is_pytorch() && cx.args.entry().param("dilation").is_some() {
                true => cx.args.lengths("dilation", rank),
                false => vec![Some(1); rank],
            },
            padding: Padding::of(cx, rank),
            partial: match cx.is_pytorch() {
                true => cx.args.bool("ceil_mode"),
                false => Some(false),
            },
        }
    }

    /// How many elements the window covers, where that is known.
    pub fn volume(&self) -> Option<u64> {
        self.size.iter().try_fold(1u64, |volume, size| Some(volume.saturating_mul((*size)?)))
    }

    /// How far the window reaches along a dimension.
    fn span(&self, index: usize) -> Option<u64> {
        let (size, dilation) = (self.size[index]?, self.dilation[index]?);
        Some(size.saturating_sub(1).saturating_mul(dilation).saturating_add(1))
    }

    /// The number of positions along each spatial dimension of `image`.
    pub fn positions(&self, cx: &RuleCx<'_>, image: &Image) -> Result<Vec<Dim>, Problem> {
        let fits = |index: usize| match (self.room(image, index), self.span(index)) {
            (Some(room), Some(span)) => span <= room,
            _ => true,
        };
        let tight: Vec<usize> = (0..self.size.len()).filter(|&index| !fits(index)).collect();
        if !tight.is_empty() {
            return Err(self.too_large(cx, image, &tight));
        }
        let position = |(index, size): (usize, &Dim)| {
            let Some(stride) = self.strides[index] else { return Dim::Unknown };
            if let Padding::Same = self.padding {
                return size.ceil_div(stride);
            }
            let (Some(span), Some(end), Some(partial)) =
                (self.span(index), self.padding.end(index), self.partial)
            else {
                return Dim::Unknown;
            };
            if partial {
                return partial_positions(size, span, end, stride);
            }
            let grown = i64::try_from(i128::from(end) * 2 - i128::from(span)).ok();
            match grown.and_then(|grown| size.offset(grown)) {
                Some(rest) => rest.floor_div(stride).add(&Dim::Known(1)),
                None => Dim::Unknown,
            }
        };
        Ok(image.spatial.iter().enumerate().map(position).collect())
    }

    /// The size of dimension `index` with its padding, where there is a largest.
    fn padded(&self, image: &Image, index: usize) -> Option<u64> {
        let padding = self.padding.end(index)?.saturating_mul(2);
        Some(image.spatial[index].bounds().1?.saturating_add(padding))
    }

    /// The largest window that has a position along dimension `index`, where there is a largest.
    fn room(&self, image: &Image, index: usize) -> Option<u64> {
        let padded = self.padded(image, index)?;
        // The last window of a partial pooling needs no more than to begin inside.
        match (self.partial?, self.strides[index]?) {
            (true, stride) => Some(padded.saturating_add(stride.saturating_sub(1))),
            (false, _) => Some(padded),
        }
    }

    /// How the number of positions along each spatial dimension comes about.
    pub fn explain(&self, image: &Image, output: &Image) -> Vec<String> {
        let names = explain::spatial_axes(self.size.len());
        let lines = names.iter().enumerate().filter_map(|(index, name)| {
            let (size, result) = (image.spatial.get(index)?, output.spatial.get(index)?);
            let (kernel, stride, dilation) =
                (self.size[index], self.strides[index]?, self.dilation[index]?);
            let size = explain::size(size);
            let size = match &self.padding {
                Padding::Same => {
                    return explain::line(name, &format!("ceil({size}/{stride})"), result);
                }
                Padding::Each(ends) => match ends[index]? {
                    0 => size,
                    end => format!("{size} + 2×{end}"),
                },
                Padding::Unknown => return None,
            };
            let rounded = if self.partial? { "ceil" } else { "floor" };
            let formula = match dilation {
                1 => format!("{rounded}(({size} − {})/{stride}) + 1", kernel?),
                _ => {
                    format!("{rounded}(({size} − {dilation}×({} − 1) − 1)/{stride}) + 1", kernel?)
                }
            };
            // A window that would begin behind the input is taken away again.
            let formula = match self.drops_one(image, index)? {
                true => format!("{formula} − 1"),
                false => formula,
            };
            explain::line(name, &formula, result)
        });
        lines.collect()
    }

    /// Whether the last window of a partial pooling would begin in the padding behind the input.
    fn drops_one(&self, image: &Image, index: usize) -> Option<bool> {
        if !self.partial? {
            return Some(false);
        }
        let (span, stride) = (self.span(index)?, self.strides[index]?);
        let end = self.padding.end(index)?;
        match image.spatial[index].known() {
            Some(size) => Some(window_count(size, span, end, stride)?.1),
            None => (stride.saturating_add(end) <= span).then_some(false),
        }
    }

    fn too_large(&self, cx: &RuleCx<'_>, image: &Image, tight: &[usize]) -> Problem {
        let size: Vec<u64> = self.size.iter().map(|size| size.unwrap_or(1)).collect();
        // What fits: as it is where it fits, else the largest.
        let fitting: Vec<u64> = (0..size.len())
            .map(|index| match (tight.contains(&index), self.padded(image, index)) {
                (true, Some(room)) => {
                    room.saturating_sub(1) / self.dilation[index].unwrap_or(1).max(1) + 1
                }
                _ => size[index],
            })
            .collect();
        let dilated = self.dilation.iter().any(|&dilation| dilation.is_some_and(|d| d > 1));
        let input = match image.spatial.as_slice() {
            [length] => format!("the input of length {length}"),
            sizes => {
                let sizes: Vec<String> = sizes.iter().map(Dim::to_string).collect();
                format!("the {} input", sizes.join("×"))
            }
        };
        let reach = match dilated {
            true => {
                let spans: Vec<u64> =
                    (0..size.len()).map(|index| self.span(index).unwrap_or(1)).collect();
                format!(" with its dilation spans {}, which", product(&spans))
            }
            false => String::new(),
        };
        let blame = match (tight, cx.args.given(self.param).and_then(|value| value.elements())) {
            ([index], Some(_)) => Blame::Element(self.param, *index),
            _ => Blame::Param(self.param),
        };
        let param = self.param;
        let input = match (0..size.len()).map(|index| self.padding.end(index).unwrap_or(0)) {
            ends if ends.clone().all(|end| end == 0) => input,
            ends => format!("{input} padded by {}", tuple(&ends.collect::<Vec<_>>())),
        };
        let padding = self.fitting_padding(cx, image);
        let mut problem = cx.problem(
            codes::KERNEL_TOO_LARGE,
            blame,
            format!(
                "`{param}` {}{reach} does not fit {input}; the largest that fits is {}, or use `padding={padding}`",
                product(&size),
                product(&fitting),
            ),
        );
        for &index in tight {
            problem = problem.dim(0, image.axis(index));
        }
        if image.looks_channels_first(tight) && cx.args.entry().param("data_format").is_some() {
            return problem.help(
                "the last dimension is read as the channels; where they come first, write them last in the input, or `data_format=\"channels_first\"` here",
            );
        }
        problem.suggest_set(param, tuple(&fitting)).suggest_set("padding", padding)
    }

    /// A padding with which the window fits: Keras's string, or the smallest number.
    fn fitting_padding(&self, cx: &RuleCx<'_>, image: &Image) -> String {
        if !cx.is_pytorch() {
            return "\"same\"".to_owned();
        }
        let ends = (0..self.size.len()).map(|index| {
            let (span, size) = (self.span(index)?, image.spatial[index].bounds().1?);
            Some(span.saturating_sub(size).div_ceil(2).max(self.padding.end(index)?))
        });
        let ends: Vec<u64> = ends.map(|end| end.unwrap_or(0)).collect();
        tuple(&ends)
    }
}

/// How many windows begin inside an input of `size` or the padding before it, each `stride` after
/// the one before, and whether one that begins in the padding behind it was taken away. `None` where
/// there is none.
fn window_count(size: u64, span: u64, end: u64, stride: u64) -> Option<(u64, bool)> {
    if stride == 0 {
        return None;
    }
    let (size, span, end, stride) =
        (i128::from(size), i128::from(span), i128::from(end), i128::from(stride));
    let steps = (size + 2 * end - span + stride - 1).div_euclid(stride);
    let begins_behind = steps * stride >= size + end;
    let count = steps + 1 - i128::from(begins_behind);
    Some((u64::try_from(count).ok().filter(|&count| count > 0)?, begins_behind))
}

/// The positions of a pooling with `ceil_mode`, as PyTorch 2.15 counts them: a window that reaches
/// past the end counts, one that begins in the padding behind the input does not.
fn partial_positions(size: &Dim, span: u64, end: u64, stride: u64) -> Dim {
    if let Some(size) = size.known() {
        return window_count(size, span, end, stride)
            .map_or(Dim::Unknown, |(count, _)| Dim::Known(count));
    }
    // Where no window can begin behind the input, the count is the same formula for every size.
    if stride.saturating_add(end) > span {
        return Dim::Unknown;
    }
    let grown = i128::from(end) * 2 - i128::from(span) + i128::from(stride) - 1;
    let rest = i64::try_from(grown).ok().and_then(|grown| size.offset(grown));
    rest.map_or(Dim::Unknown, |rest| rest.floor_div(stride).add(&Dim::Known(1)))
}

/// `3×5`, or `3` for one number.
pub(super) fn product(sizes: &[u64]) -> String {
    sizes.iter().map(u64::to_string).collect::<Vec<_>>().join("×")
}

/// As the language writes it: one number where all are the same.
pub(super) fn tuple(sizes: &[u64]) -> String {
    match sizes {
        [] => "()".to_owned(),
        [first, rest @ ..] if rest.iter().all(|size| size == first) => first.to_string(),
        _ => format!("({})", sizes.iter().map(u64::to_string).collect::<Vec<_>>().join(", ")),
    }
}
