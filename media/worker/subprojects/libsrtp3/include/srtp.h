/*
 * libsrtp 3 as mediasoup-worker knows it, on top of libsrtp 2.
 *
 * What both have in common comes from libsrtp 2's own header. What version 3
 * changed is declared here as srtp3_*, because libsrtp 2 holds the real names;
 * the macros at the end let the worker's source use the names it was written with.
 */

#ifndef LINKELLO_SRTP3_H
#define LINKELLO_SRTP3_H

#include <srtp2/srtp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C"
{
#endif

/* Two results that libsrtp 2 does not have, with the numbers of libsrtp 3. */
#define srtp_err_status_buffer_small ((srtp_err_status_t)28)
#define srtp_err_status_cryptex_err ((srtp_err_status_t)29)

/*
 * A policy: opaque since version 3. The session copies what it needs of it, so it
 * can be destroyed as soon as srtp3_create() has returned.
 */
typedef struct srtp3_policy* srtp3_policy_t;

srtp_err_status_t srtp3_policy_create(srtp3_policy_t* policy);

/* Wipes the key and frees the policy. */
void srtp3_policy_destroy(srtp3_policy_t policy);

srtp_err_status_t srtp3_policy_set_ssrc(srtp3_policy_t policy, srtp_ssrc_t ssrc);
srtp_err_status_t srtp3_policy_set_profile(srtp3_policy_t policy, srtp_profile_t profile);

/* Takes one key and no master key identifier, which is all that the worker asks for. */
srtp_err_status_t srtp3_policy_add_key(
  srtp3_policy_t policy,
  const uint8_t* key,
  size_t key_len,
  const uint8_t* salt,
  size_t salt_len,
  const uint8_t* mki,
  size_t mki_len);

srtp_err_status_t srtp3_policy_set_allow_repeat_tx(srtp3_policy_t policy, bool allow);

/* 0 for the default of libsrtp 2 (128), or 64 to 32767 packets. */
srtp_err_status_t srtp3_policy_set_window_size(srtp3_policy_t policy, size_t window_size);

srtp_err_status_t srtp3_create(srtp_t* session, srtp3_policy_t policy);

/*
 * Version 3 reads from one buffer and writes into another, which may be the same;
 * *out_len is its size before the call and the packet's length after it.
 */
srtp_err_status_t srtp3_protect(
  srtp_t session, const uint8_t* in, size_t in_len, uint8_t* out, size_t* out_len, size_t mki_index);
srtp_err_status_t srtp3_protect_rtcp(
  srtp_t session, const uint8_t* in, size_t in_len, uint8_t* out, size_t* out_len, size_t mki_index);
srtp_err_status_t srtp3_unprotect(
  srtp_t session, const uint8_t* in, size_t in_len, uint8_t* out, size_t* out_len);
srtp_err_status_t srtp3_unprotect_rtcp(
  srtp_t session, const uint8_t* in, size_t in_len, uint8_t* out, size_t* out_len);

#ifdef __cplusplus
}
#endif

#ifndef LINKELLO_SRTP3_OWN_NAMES
#define srtp_policy_t srtp3_policy_t
#define srtp_policy_create srtp3_policy_create
#define srtp_policy_destroy srtp3_policy_destroy
#define srtp_policy_set_ssrc srtp3_policy_set_ssrc
#define srtp_policy_set_profile srtp3_policy_set_profile
#define srtp_policy_add_key srtp3_policy_add_key
#define srtp_policy_set_allow_repeat_tx srtp3_policy_set_allow_repeat_tx
#define srtp_policy_set_window_size srtp3_policy_set_window_size
#define srtp_create srtp3_create
#define srtp_protect srtp3_protect
#define srtp_protect_rtcp srtp3_protect_rtcp
#define srtp_unprotect srtp3_unprotect
#define srtp_unprotect_rtcp srtp3_unprotect_rtcp
/* Only renamed. The worker passes the SSRC in network byte order, as libsrtp 2 wants it. */
#define srtp_stream_remove srtp_remove_stream
#endif

#endif
