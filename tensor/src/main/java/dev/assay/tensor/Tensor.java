package dev.assay.tensor;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.DeviceOptional;
import org.bytedeco.pytorch.DoubleOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * An array of numbers on a {@link Device}, with gradients where they are asked for. Shapes are written outermost first;
 * dimensions may be counted from the end with negative numbers. Operations return new tensors except those whose name
 * ends in {@code InPlace}; they take tensors of one device. Tensors are made on the processor unless a device is given. Memory belongs to the innermost open {@link Scope}.
 */
public final class Tensor implements AutoCloseable {
    static {
        LibTorch.load();
    }

    final org.bytedeco.pytorch.Tensor torch;

    private Tensor(org.bytedeco.pytorch.Tensor torch) {
        this.torch = torch;
    }

    // ---- making

    static Tensor wrap(org.bytedeco.pytorch.Tensor torch) {
        return new Tensor(torch);
    }

    /** A copy of {@code values}, row-major. */
    public static Tensor of(float[] values, long... shape) {
        checkCount(values.length, shape);
        return new Tensor(org.bytedeco.pytorch.Tensor.create(values, shape));
    }

    /** A copy of {@code values}, row-major. */
    public static Tensor of(double[] values, long... shape) {
        checkCount(values.length, shape);
        return new Tensor(org.bytedeco.pytorch.Tensor.create(values, shape));
    }

    /** A copy of {@code values}, row-major. */
    public static Tensor of(long[] values, long... shape) {
        checkCount(values.length, shape);
        return new Tensor(org.bytedeco.pytorch.Tensor.create(values, shape));
    }

    public static Tensor zeros(DType type, long... shape) {
        return new Tensor(org.bytedeco.pytorch.global.torch.zeros(
                shape, new TensorOptions().dtype(new ScalarTypeOptional(type.torch))));
    }

    public static Tensor zeros(DType type, Device device, long... shape) {
        return new Tensor(org.bytedeco.pytorch.global.torch.zeros(
                shape,
                new TensorOptions()
                        .dtype(new ScalarTypeOptional(type.torch))
                        .device(new DeviceOptional(device.torch()))));
    }

    /** Zeros that outlive every scope: see {@link Scope#keep}. */
    public static Tensor lastingZeros(DType type, long... shape) {
        try (var scope = Scope.open()) {
            return scope.keep(zeros(type, shape));
        }
    }

    /**
     * What attention adds to its scores: 0 where {@code first <= k <= last}, and minus infinity elsewhere.
     *
     * @param first {@code [.., 1]}, I64
     * @param last {@code [.., 1]}, I64, on the same device
     * @param length k runs from 0 to before it
     * @return {@code [.., length]}
     */
    public static Tensor band(Tensor first, Tensor last, long length, DType type) {
        try (var scope = Scope.open()) {
            var k = org.bytedeco.pytorch.global.torch.arange(
                    new Scalar(length), first.torch.options().requires_grad(new BoolOptional(false)));
            long[] shape = first.shape();
            shape[shape.length - 1] = length;
            var hidden = new Scalar(Double.NEGATIVE_INFINITY);
            var none = zeros(type, first.device(), shape).torch;
            return scope.pass(new Tensor(
                    none.masked_fill(k.lt(first.torch), hidden).masked_fill(k.gt(first.with(last)), hidden)));
        }
    }

    /** Joins tensors along an existing dimension. */
    public static Tensor cat(List<Tensor> parts, long dim) {
        var vector = new TensorVector();
        for (Tensor t : parts) vector.push_back(parts.getFirst().with(t));
        return new Tensor(org.bytedeco.pytorch.global.torch.cat(vector, dim));
    }

    // ---- looking

    public long[] shape() {
        return torch.shape();
    }

    /** Length of dimension {@code dim}. */
    public long size(int dim) {
        return torch.size(dim < 0 ? dim + torch.dim() : dim);
    }

    public long count() {
        return torch.numel();
    }

    public DType type() {
        return DType.of(torch.scalar_type());
    }

    /** Where it lies. */
    public Device device() {
        if (torch.is_cpu()) return Device.CPU;
        if (torch.is_meta()) return Device.META;
        if (torch.is_cuda()) return Device.cuda(torch.device().index());
        throw new TensorException("tensors on " + torch.device().str().getString() + " are not supported");
    }

    /** All elements as fp32, row-major. */
    public float[] floats() {
        var out = new float[Math.toIntExact(count())];
        floats(out);
        return out;
    }

    /** Copies all elements as fp32, row-major, into an array of at least that length. */
    public void floats(float[] into) {
        if (count() == 0) return; // LibTorch gives no address then
        try (var scope = Scope.open()) {
            var host = onHost().to(ScalarType.Float).contiguous();
            new FloatPointer(host.data_ptr_float()).get(into, 0, Math.toIntExact(count()));
        }
    }

    /** All elements as fp64, row-major. */
    public double[] doubles() {
        var out = new double[Math.toIntExact(count())];
        if (out.length == 0) return out; // LibTorch gives no address then
        try (var scope = Scope.open()) {
            new DoublePointer(onHost().to(ScalarType.Double).contiguous().data_ptr_double()).get(out);
            return out;
        }
    }

    private org.bytedeco.pytorch.Tensor onHost() {
        if (torch.is_meta()) throw noNumbers();
        var own = torch.detach();
        return torch.is_cpu() ? own : own.cpu();
    }

    private static TensorException noNumbers() {
        return new TensorException("a tensor on the device meta has no numbers");
    }

    /**
     * The memory of a tensor of the processor's that lies in one piece, row-major, in its own element type: what is written there is the
     * tensor's. Usable only as long as the tensor is.
     */
    public MemorySegment memory() {
        if (!torch.is_contiguous()) throw new TensorException("a strided view has no memory in one piece");
        if (!torch.is_cpu()) throw new TensorException("memory on " + device() + " can't be read directly");
        long bytes = count() * type().bytes();
        return bytes == 0
                ? MemorySegment.NULL
                : MemorySegment.ofAddress(torch.data_ptr().address()).reinterpret(bytes);
    }

    /** All elements of an {@link DType#I64} tensor, row-major. */
    public long[] longs() {
        var out = new long[Math.toIntExact(count())];
        if (out.length == 0) return out; // LibTorch gives no address then
        try (var scope = Scope.open()) {
            new LongPointer(onHost().contiguous().data_ptr_long()).get(out);
            return out;
        }
    }

    /** The only element. */
    public double item() {
        if (torch.is_meta()) throw noNumbers();
        return torch.item().toDouble();
    }

    /** What an operation takes beside this tensor. */
    private org.bytedeco.pytorch.Tensor with(Tensor other) {
        if (torch.is_cpu() != other.torch.is_cpu())
            throw new TensorException("a tensor on " + device() + " meets one on " + other.device()
                    + ": move one of them with to(Device)");
        return other.torch;
    }

    // ---- arithmetic, elementwise with broadcasting

    public Tensor add(Tensor other) {
        return new Tensor(torch.add(other.torch));
    }

    public Tensor sub(Tensor other) {
        return new Tensor(torch.sub(other.torch));
    }

    public Tensor mul(Tensor other) {
        return new Tensor(torch.mul(other.torch));
    }

    public Tensor mul(double factor) {
        return new Tensor(torch.mul(new Scalar(factor)));
    }

    public Tensor div(Tensor other) {
        return new Tensor(torch.div(other.torch));
    }

    public Tensor neg() {
        return new Tensor(torch.neg());
    }

    public Tensor square() {
        return mul(this);
    }

    public Tensor sum() {
        return new Tensor(torch.sum());
    }

    /** Sums along {@code dim}, which stays with length 1. */
    public Tensor sum(long dim) {
        return new Tensor(torch.sum(new long[] {dim}, true, new ScalarTypeOptional()));
    }

    public Tensor mean() {
        return new Tensor(torch.mean());
    }

    public Tensor exp() {
        return new Tensor(torch.exp());
    }

    public Tensor sqrt() {
        return new Tensor(torch.sqrt());
    }

    public Tensor tanh() {
        return new Tensor(torch.tanh());
    }

    /** 1 / (1 + exp(-x)). */
    public Tensor sigmoid() {
        return new Tensor(torch.sigmoid());
    }

    /** max(x, 0). */
    public Tensor relu() {
        return new Tensor(torch.relu());
    }

    /** 1 where x > 0, else 0, in the same element type and without a gradient. */
    public Tensor positive() {
        return new Tensor(torch.detach().gt(new Scalar(0)).to(type().torch));
    }

    /** The {@code k} largest along the last dimension, largest first. */
    public Top top(long k) {
        var top = torch.topk(k, -1, true, true);
        return new Top(new Tensor(top.get0()), new Tensor(top.get1()));
    }

    /** Values and their indices (I64), both {@code [.., k]}. */
    public record Top(Tensor values, Tensor indices) {}

    /** The entries {@code index} ({@code [.., k]}, I64) of each row of the last dimension. */
    public Tensor gather(Tensor index) {
        return new Tensor(torch.gather(-1, with(index)));
    }

    /** Zeros of width {@code width} in the last dimension, with this tensor's entries put at {@code index}. */
    public Tensor scatter(Tensor index, long width) {
        long[] shape = shape();
        shape[shape.length - 1] = width;
        try (var scope = Scope.open()) {
            return scope.pass(new Tensor(zeros(type(), shape).torch.scatter(-1, index.torch, torch)));
        }
    }

    /** x / (1 + exp(-x)). */
    public Tensor silu() {
        return new Tensor(org.bytedeco.pytorch.global.torch.silu(torch));
    }

    /** x/2 · (1 + tanh(√(2/π) · (x + 0.044715 x³))) (Hendrycks and Gimpel, 2016, the tanh approximation). */
    public Tensor geluTanh() {
        return new Tensor(org.bytedeco.pytorch.global.torch.gelu(torch, "tanh"));
    }

    /** exp(x) / sum of exp along {@code dim}. */
    public Tensor softmax(long dim) {
        return new Tensor(org.bytedeco.pytorch.global.torch.softmax(torch, dim));
    }

    /** log of the sum of exp along {@code dim}. */
    public Tensor logSumExp(long dim) {
        return new Tensor(org.bytedeco.pytorch.global.torch.logsumexp(torch, dim));
    }

    // ---- products

    /** Matrix product over the last two dimensions; leading dimensions are batches. */
    public Tensor matmul(Tensor other) {
        return new Tensor(torch.matmul(with(other)));
    }

    /** {@code this · weightᵀ}: {@code [.., in]} by {@code [out, in]} gives {@code [.., out]}. */
    public Tensor linear(Tensor weight) {
        return new Tensor(org.bytedeco.pytorch.global.torch.linear(torch, with(weight)));
    }

    /** {@code this · weightᵀ + bias}: the bias has shape {@code [out]}. */
    public Tensor linear(Tensor weight, Tensor bias) {
        return new Tensor(
                org.bytedeco.pytorch.global.torch.linear(torch, with(weight), new TensorOptional(with(bias))));
    }

    /** Writes {@code this · weightᵀ} over {@code out}, whose shape and type it must have. */
    public void linearInto(Tensor weight, Tensor out) {
        org.bytedeco.pytorch.global.torch.linear_out(out.torch, torch, weight.torch);
    }

    /**
     * {@code softmax(this · keysᵀ + mask) · values}, in one kernel of LibTorch: on GPUs without the scores in memory, on
     * processors slower than the products one by one.
     *
     * @param keys {@code [.., length, width]}
     * @param mask broadcast to {@code [.., row, length]}, in the queries' element type
     * @return {@code [.., row, width]}, for queries of that shape
     */
    public Tensor attention(Tensor keys, Tensor values, Tensor mask) {
        return new Tensor(org.bytedeco.pytorch.global.torch.scaled_dot_product_attention(
                torch,
                with(keys),
                with(values),
                new TensorOptional(with(mask)),
                0,
                false,
                new DoubleOptional(1),
                false));
    }

    /** Rows of this {@code [rows, width]} table: ids of any shape {@code [..]} give {@code [.., width]}. */
    public Tensor embedding(Tensor ids) {
        if (!torch.is_meta()) return new Tensor(org.bytedeco.pytorch.global.torch.embedding(torch, with(ids)));
        long[] shape = Arrays.copyOf(ids.shape(), ids.shape().length + 1);
        shape[shape.length - 1] = size(1);
        return indexSelect(0, ids.reshape(ids.count())).reshape(shape);
    }

    /** x / sqrt(mean(x²) + eps) · weight over the last dimension (Zhang and Sennrich, 2019). */
    public Tensor rmsNorm(Tensor weight, double eps) {
        return new Tensor(org.bytedeco.pytorch.global.torch.rms_norm(
                torch, new long[] {size(-1)}, new TensorOptional(weight.torch), new DoubleOptional(eps)));
    }

    /** Mean of -log softmax(this)[target]: logits {@code [n, classes]}, targets {@code [n]}. */
    public Tensor crossEntropy(Tensor targets) {
        return new Tensor(org.bytedeco.pytorch.global.torch.cross_entropy_loss(torch, with(targets)));
    }

    // ---- shapes

    public Tensor reshape(long... shape) {
        return new Tensor(torch.reshape(shape));
    }

    public Tensor transpose(long a, long b) {
        return new Tensor(torch.transpose(a, b));
    }

    public Tensor permute(long... dims) {
        return new Tensor(torch.permute(dims));
    }

    public Tensor unsqueeze(long dim) {
        return new Tensor(torch.unsqueeze(dim));
    }

    /** A view of {@code length} entries from {@code start} along {@code dim}. */
    public Tensor narrow(long dim, long start, long length) {
        return new Tensor(torch.narrow(dim, start, length));
    }

    /** The entries {@code index} ({@code [n]}, I64) along {@code dim}, copied. */
    public Tensor indexSelect(long dim, Tensor index) {
        if (!torch.is_meta())
            return new Tensor(org.bytedeco.pytorch.global.torch.index_select(torch, dim, with(index)));
        // LibTorch without Python can't do that on the device meta, but it can this
        long[] shape = shape();
        long[] along = new long[shape.length];
        Arrays.fill(along, 1);
        shape[(int) dim] = along[(int) dim] = index.count();
        return new Tensor(torch.gather(dim, with(index).reshape(along).expand(shape)));
    }

    /** A view in which dimensions of length 1 are repeated; -1 leaves a dimension as it is. */
    public Tensor expand(long... shape) {
        return new Tensor(torch.expand(shape));
    }

    public Tensor contiguous() {
        return new Tensor(torch.contiguous());
    }

    /** The same numbers in another element type; itself if it has that type. */
    public Tensor to(DType type) {
        return type() == type ? this : new Tensor(torch.to(type.torch));
    }

    /** The same numbers on another device; itself if it lies there. */
    public Tensor to(Device device) {
        return device().equals(device) ? this : new Tensor(torch.to(device.torch(), torch.scalar_type()));
    }

    /** A copy with its own memory. */
    public Tensor copy() {
        return new Tensor(torch.detach().clone());
    }

    // ---- in place

    public void setInPlace(Tensor source) {
        torch.copy_(source.torch);
    }

    public void addInPlace(Tensor other, double factor) {
        torch.add_(other.torch, new Scalar(factor));
    }

    public void mulInPlace(double factor) {
        torch.mul_(new Scalar(factor));
    }

    /** Writes {@code source} over the entries {@code index} ({@code [n]}, I64) along {@code dim}. */
    public void setInPlace(long dim, Tensor index, Tensor source) {
        torch.index_copy_(dim, with(index), with(source));
    }

    /** this += factor · a · b. */
    public void addProductInPlace(Tensor a, Tensor b, double factor) {
        torch.addcmul_(a.torch, b.torch, new Scalar(factor));
    }

    /** this += factor · a / b. */
    public void addQuotientInPlace(Tensor a, Tensor b, double factor) {
        torch.addcdiv_(a.torch, b.torch, new Scalar(factor));
    }

    /** sqrt(x) · factor + offset. */
    public Tensor scaledRoot(double factor, double offset) {
        var root = torch.sqrt(); // the in-place operators return non-owning aliases: keep the original
        root.mul_(new Scalar(factor));
        root.add_(new Scalar(offset));
        return new Tensor(root);
    }

    // ---- gradients

    /** Marks this tensor as a leaf whose gradient is wanted. */
    public Tensor requireGradient() {
        torch.set_requires_grad(true);
        return this;
    }

    /** Fills the gradients of all leaves that this single number depends on. */
    public void backward() {
        torch.backward();
    }

    /** The gradient that {@link #backward} left here. */
    public Tensor gradient() {
        var g = torch.grad();
        if (!g.defined()) throw new TensorException("there is no gradient here: call backward() on a loss first");
        return new Tensor(g);
    }

    /** Forgets the gradient. */
    public void clearGradient() {
        torch.mutable_grad().reset();
    }

    /** The same numbers, cut off from the graph of gradients. */
    public Tensor detach() {
        return new Tensor(torch.detach());
    }

    @Override
    public void close() {
        torch.releaseReference();
    }

    @Override
    public String toString() {
        return type() + Arrays.toString(shape());
    }

    private static void checkCount(long count, long[] shape) {
        long wanted = 1;
        for (long s : shape) wanted *= s;
        if (wanted != count)
            throw new TensorException(count + " values do not fill the shape " + Arrays.toString(shape));
    }
}
