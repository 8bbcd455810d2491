#define LINKELLO_SRTP3_OWN_NAMES
#include "srtp.h"
#include <limits.h>
#include <stdlib.h>
#include <string.h>

struct srtp3_policy
{
	srtp_policy_t inner;
	srtp_profile_t profile;
	/* The key and the salt behind it, as libsrtp 2 takes them. */
	uint8_t key[SRTP_MAX_KEY_LEN];
	size_t key_len;
};

srtp_err_status_t srtp3_policy_create(srtp3_policy_t* policy)
{
	*policy = calloc(1, sizeof(**policy));

	return *policy ? srtp_err_status_ok : srtp_err_status_alloc_fail;
}

void srtp3_policy_destroy(srtp3_policy_t policy)
{
	if (!policy)
	{
		return;
	}

	explicit_bzero(policy, sizeof(*policy));
	free(policy);
}

srtp_err_status_t srtp3_policy_set_ssrc(srtp3_policy_t policy, srtp_ssrc_t ssrc)
{
	policy->inner.ssrc = ssrc;

	return srtp_err_status_ok;
}

srtp_err_status_t srtp3_policy_set_profile(srtp3_policy_t policy, srtp_profile_t profile)
{
	policy->profile = profile;

	const srtp_err_status_t err = srtp_crypto_policy_set_from_profile_for_rtp(&policy->inner.rtp, profile);

	return err ? err : srtp_crypto_policy_set_from_profile_for_rtcp(&policy->inner.rtcp, profile);
}

srtp_err_status_t srtp3_policy_add_key(
  srtp3_policy_t policy,
  const uint8_t* key,
  size_t key_len,
  const uint8_t* salt,
  size_t salt_len,
  const uint8_t* mki,
  size_t mki_len)
{
	const bool fits = key_len <= sizeof(policy->key) && salt_len <= sizeof(policy->key) - key_len;

	if (!fits || policy->key_len || mki || mki_len)
	{
		return srtp_err_status_bad_param;
	}

	memcpy(policy->key, key, key_len);
	memcpy(policy->key + key_len, salt, salt_len);
	policy->key_len = key_len + salt_len;

	return srtp_err_status_ok;
}

srtp_err_status_t srtp3_policy_set_allow_repeat_tx(srtp3_policy_t policy, bool allow)
{
	policy->inner.allow_repeat_tx = allow;

	return srtp_err_status_ok;
}

srtp_err_status_t srtp3_policy_set_window_size(srtp3_policy_t policy, size_t window_size)
{
	if (window_size != 0 && (window_size < 64 || window_size > 0x7fff))
	{
		return srtp_err_status_bad_param;
	}

	policy->inner.window_size = window_size;

	return srtp_err_status_ok;
}

srtp_err_status_t srtp3_create(srtp_t* session, srtp3_policy_t policy)
{
	/* libsrtp 2 is told no length: it reads as many bytes as the profile has. */
	const size_t profile_len = srtp_profile_get_master_key_length(policy->profile) +
	                           srtp_profile_get_master_salt_length(policy->profile);

	if (policy->key_len == 0 || policy->key_len != profile_len)
	{
		return srtp_err_status_bad_param;
	}

	policy->inner.key = policy->key;

	return srtp_create(session, &policy->inner);
}

typedef srtp_err_status_t (*srtp2_func)(srtp_t session, void* packet, int* len);

/* Calls a function of libsrtp 2, which works in place, on a copy of the packet in the output buffer. */
static srtp_err_status_t run_on_copy(
  srtp2_func func, srtp_t session, const uint8_t* in, size_t in_len, uint8_t* out, size_t* out_len, size_t growth)
{
	if (in_len > INT_MAX - growth || *out_len < in_len + growth)
	{
		return srtp_err_status_buffer_small;
	}

	if (out != in)
	{
		memmove(out, in, in_len);
	}

	int len = (int)in_len;
	const srtp_err_status_t err = func(session, out, &len);

	if (!err)
	{
		*out_len = (size_t)len;
	}

	return err;
}

srtp_err_status_t srtp3_protect(
  srtp_t session, const uint8_t* in, size_t in_len, uint8_t* out, size_t* out_len, size_t mki_index)
{
	(void)mki_index;

	return run_on_copy(srtp_protect, session, in, in_len, out, out_len, SRTP_MAX_TRAILER_LEN);
}

srtp_err_status_t srtp3_protect_rtcp(
  srtp_t session, const uint8_t* in, size_t in_len, uint8_t* out, size_t* out_len, size_t mki_index)
{
	(void)mki_index;

	/* SRTCP also carries its index, in 4 bytes (RFC 3711, section 3.4). */
	return run_on_copy(srtp_protect_rtcp, session, in, in_len, out, out_len, SRTP_MAX_TRAILER_LEN + 4);
}

srtp_err_status_t srtp3_unprotect(
  srtp_t session, const uint8_t* in, size_t in_len, uint8_t* out, size_t* out_len)
{
	return run_on_copy(srtp_unprotect, session, in, in_len, out, out_len, 0);
}

srtp_err_status_t srtp3_unprotect_rtcp(
  srtp_t session, const uint8_t* in, size_t in_len, uint8_t* out, size_t* out_len)
{
	return run_on_copy(srtp_unprotect_rtcp, session, in, in_len, out, out_len, 0);
}
