/** An audio worklet: RNNoise (BSD-3-Clause, compiled by Shiguredo, Apache-2.0) as @sapphi-red/web-noise-suppressor (MIT) ships it. */
import '@sapphi-red/web-noise-suppressor/rnnoiseWorklet.js';
