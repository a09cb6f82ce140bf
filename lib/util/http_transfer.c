/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "util/http_client_private.h"

/* The most bytes of an answer without `write` that are skipped; a longer answer ends the request. */
enum { PASSED_OVER_MAX = 1 << 20 };

/* A body of at least this size is announced first (Expect: 100-continue) and sent once the server has accepted it. A
 * smaller one is sent at once: that costs less than another round trip. */
enum { ANNOUNCED_SIZE = 1 << 20 };

/* A file up to this size goes out in one piece with the head: one record and one segment less for both sides. (libcurl
 * does this for a body that it is given as a whole, as here, in any version; for a body that it reads, only from 8.7
 * on.) */
enum { ONE_PIECE_SIZE = 32 << 10 };

/* Linux sends nine probes: a lost network is noticed within two minutes. */
static const long KEEP_IDLE_S = 30, KEEP_EACH_S = 10;

static size_t http_transfer_hand_over(char *bytes, size_t size, size_t count, void *context)
{
    struct http_transfer *transfer = context;
    int64_t left = transfer->body_len - transfer->body_at;
    size_t most = size * count;
    ssize_t len = 0;
    if (left > 0) {
        most = (int64_t)most < left ? most : (size_t)left;
        len = transfer->read != NULL ? transfer->read(transfer->context, bytes, most)
                                     : TEMP_FAILURE_RETRY(pread(transfer->body_fd, bytes, most, transfer->body_at));
        if (len <= 0) { /* the file is shorter than the announced length */
            transfer->abandoned = true;
            return CURL_READFUNC_ABORT;
        }
    }
    transfer->body_at += len;
    return (size_t)len;
}

/* Called by libcurl to send the body again, mostly because a kept connection turned out to be dead after the request
 * was sent. */
static int begin_again(void *context, curl_off_t offset, int origin)
{
    struct http_transfer *transfer = context;
    if (origin != SEEK_SET || (transfer->read != NULL && offset != transfer->body_at)) {
        return CURL_SEEKFUNC_FAIL;
    }
    transfer->body_at = offset;
    return CURL_SEEKFUNC_OK;
}

/* Of the first bytes, which may be words for a person. */
static void keep_skipped(struct http_transfer *transfer, const char *bytes, size_t len)
{
    const size_t at = transfer->passed_over;
    if (at < HTTP_SKIPPED_MAX) {
        memcpy(transfer->skipped + at, bytes, len < HTTP_SKIPPED_MAX - at ? len : HTTP_SKIPPED_MAX - at);
    }
}

static size_t take_answer(char *bytes, size_t size, size_t count, void *context)
{
    struct http_transfer *transfer = context;
    size_t len = size * count;
    if (transfer->write == NULL) {
        keep_skipped(transfer, bytes, len);
        transfer->passed_over += len;
        return transfer->passed_over <= PASSED_OVER_MAX ? len : 0;
    }
    if (transfer->write(transfer->context, bytes, len)) {
        return len;
    }
    transfer->abandoned = true;
    return 0;
}

/* Called for each line of a head, of which there may be several (100 Continue). libcurl takes a head that breaks off
 * for a whole one if the server closes the connection in an orderly way; its status may not be what the server
 * meant. */
static size_t take_head_line(char *line, size_t size, size_t count, void *context)
{
    struct http_transfer *transfer = context;
    size_t len = size * count;
    bool begins = len > 5 && memcmp(line, "HTTP/", 5) == 0;
    transfer->head_ended = !begins && (transfer->head_ended || (len > 0 && (line[0] == '\r' || line[0] == '\n')));
    return len;
}

static bool set_protocol(CURL *easy, const char *protocol, long bit)
{
#if LIBCURL_VERSION_NUM >= 0x075500
    (void)bit;
    return curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, protocol) == CURLE_OK;
#else
    (void)protocol;
    return curl_easy_setopt(easy, CURLOPT_PROTOCOLS, bit) == CURLE_OK;
#endif
}

static bool set_plain(const struct http_transfer *transfer, struct err *err)
{
    const char *path = transfer->client->unix_socket;
    return (set_protocol(transfer->easy, "http", CURLPROTO_HTTP) &&
            (path == NULL || curl_easy_setopt(transfer->easy, CURLOPT_UNIX_SOCKET_PATH, path) == CURLE_OK)) ||
           err_set(err, "libcurl cannot use a Unix socket");
}

/* Allows HTTPS only, and trusts exactly the servers that the request says. */
static bool set_trust(const struct http_transfer *transfer, const struct http_request *request, struct err *err)
{
    const struct http_client *client = transfer->client;
    CURL *easy = transfer->easy;
    bool chain = client->trust == HTTP_TRUST_CHAIN;
    bool pins = client->trust == HTTP_TRUST_PINS;
    if (pins && (request->pins == NULL || request->pins[0] == '\0')) {
        return err_set(err, "no certificate of the server is known");
    }
    bool taken = curl_easy_setopt(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_3) == CURLE_OK &&
                 curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, chain ? 1L : 0L) == CURLE_OK &&
                 curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, chain ? 2L : 0L) == CURLE_OK &&
                 (!pins || curl_easy_setopt(easy, CURLOPT_PINNEDPUBLICKEY, request->pins) == CURLE_OK);
    if (client->ca_file != NULL) { /* these authorities replace those of the system */
        taken = taken && curl_easy_setopt(easy, CURLOPT_CAINFO, client->ca_file) == CURLE_OK &&
                curl_easy_setopt(easy, CURLOPT_CAPATH, NULL) == CURLE_OK;
    }
    if (client->certificate_file != NULL) {
        taken = taken && curl_easy_setopt(easy, CURLOPT_SSLCERT, client->certificate_file) == CURLE_OK &&
                curl_easy_setopt(easy, CURLOPT_SSLKEY, client->key_file) == CURLE_OK;
    }
    taken = taken && set_protocol(easy, "https", CURLPROTO_HTTPS);
    return taken || err_set(err, "libcurl lacks what it takes to recognise a server");
}

static bool set_addressee(const struct http_transfer *transfer, const struct http_request *request, struct err *err)
{
    CURL *easy = transfer->easy;
    bool taken = curl_easy_setopt(easy, CURLOPT_URL, request->url) == CURLE_OK;
    if (request->user != NULL) {
        taken = taken && curl_easy_setopt(easy, CURLOPT_HTTPAUTH, (long)CURLAUTH_BASIC) == CURLE_OK &&
                curl_easy_setopt(easy, CURLOPT_USERNAME, request->user) == CURLE_OK &&
                curl_easy_setopt(easy, CURLOPT_PASSWORD, request->password) == CURLE_OK;
    }
    if (transfer->client->proxy != NULL) {
        taken = taken && curl_easy_setopt(easy, CURLOPT_PROXY, transfer->client->proxy) == CURLE_OK;
    }
    return taken || err_set(err, "libcurl does not take the URL");
}

static void set_limits(const struct http_transfer *transfer, const struct http_limits *limits)
{
    CURL *easy = transfer->easy;
    curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, (long)limits->connect_ms);
    curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)limits->total_ms);
    if (limits->stall_ms > 0) {
        curl_easy_setopt(easy, CURLOPT_LOW_SPEED_LIMIT, 1L);
        curl_easy_setopt(easy, CURLOPT_LOW_SPEED_TIME, (long)((limits->stall_ms + 999) / 1000));
    }
#if LIBCURL_VERSION_NUM >= 0x074100
    int64_t idle_seconds = (transfer->client->idle_timeout_ms + 999) / 1000;
    curl_easy_setopt(easy, CURLOPT_MAXAGE_CONN, idle_seconds > 0 ? (long)idle_seconds : 1L);
#endif
}

static void set_headers(struct http_transfer *transfer, const char *header, struct curl_slist *usual)
{
    struct curl_slist *headers = usual;
    if (header != NULL) {
        transfer->headers = curl_slist_append(NULL, header);
        for (const struct curl_slist *at = usual; transfer->headers != NULL && at != NULL; at = at->next) {
            curl_slist_append(transfer->headers, at->data);
        }
        headers = transfer->headers;
    }
    if (headers != NULL) {
        curl_easy_setopt(transfer->easy, CURLOPT_HTTPHEADER, headers);
    }
}

/* Reads a small file into memory, to send it in one piece with the head. False when the body is larger, comes from a
 * callback, or the file has changed: then it is read while it is sent. */
static bool set_one_piece(struct http_transfer *transfer)
{
    size_t len = (size_t)transfer->body_len;
    if (transfer->read != NULL || transfer->body_len > ONE_PIECE_SIZE) {
        return false;
    }
    buffer_clear(&transfer->body);
    if (pread(transfer->body_fd, buffer_reserve(&transfer->body, len + 1), len, 0) != (ssize_t)len) {
        return false;
    }
    CURL *easy = transfer->easy;
    curl_easy_setopt(easy, CURLOPT_POSTFIELDS, transfer->body.at);
    curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)len);
    curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, "PUT");
    return true;
}

static void set_upload(const struct http_transfer *transfer)
{
    CURL *easy = transfer->easy;
    curl_easy_setopt(easy, CURLOPT_UPLOAD, 1L);
    curl_easy_setopt(easy, CURLOPT_INFILESIZE_LARGE, (curl_off_t)transfer->body_len);
    curl_easy_setopt(easy, CURLOPT_READFUNCTION, http_transfer_hand_over);
    curl_easy_setopt(easy, CURLOPT_READDATA, transfer);
    curl_easy_setopt(easy, CURLOPT_SEEKFUNCTION, begin_again);
    curl_easy_setopt(easy, CURLOPT_SEEKDATA, transfer);
}

static void set_method(struct http_transfer *transfer, const struct http_request *request)
{
    CURL *easy = transfer->easy;
    struct curl_slist *headers = transfer->client->no_expect;
    int64_t body_len = (int64_t)request->form.len;
    switch (request->method) {
    case HTTP_GET:
        break;
    case HTTP_HEAD:
        curl_easy_setopt(easy, CURLOPT_NOBODY, 1L);
        break;
    case HTTP_PUT:
        body_len = request->body_len;
        headers = transfer->client->bare;
        if (!set_one_piece(transfer)) {
            set_upload(transfer);
        }
        break;
    case HTTP_POST:
        curl_easy_setopt(easy, CURLOPT_POST, 1L);
        curl_easy_setopt(easy, CURLOPT_POSTFIELDS, body_len > 0 ? request->form.at : "");
        curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)body_len);
        break;
    }
    set_headers(transfer, request->header, body_len >= ANNOUNCED_SIZE ? NULL : headers);
}

static void set_habits(struct http_transfer *transfer)
{
    CURL *easy = transfer->easy;
    curl_easy_setopt(easy, CURLOPT_PRIVATE, transfer);
    curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, transfer->error);
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L); /* a server may take minutes to answer, a lost network may not */
    curl_easy_setopt(easy, CURLOPT_TCP_KEEPIDLE, KEEP_IDLE_S);
    curl_easy_setopt(easy, CURLOPT_TCP_KEEPINTVL, KEEP_EACH_S);
    curl_easy_setopt(easy, CURLOPT_USERAGENT, "rudder-relay");
    curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_2TLS);
    curl_easy_setopt(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, take_answer);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, transfer);
    curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, take_head_line);
    curl_easy_setopt(easy, CURLOPT_HEADERDATA, transfer);
}

bool http_transfer_set_up(struct http_transfer *transfer, const struct http_request *request, struct err *err)
{
    transfer->answer_header = request->answer_header;
    transfer->read = request->read;
    transfer->write = request->write;
    transfer->done = request->done;
    transfer->context = request->context;
    transfer->body_fd = request->body_fd;
    transfer->body_len = request->body_len;
    if (!(transfer->client->plain ? set_plain(transfer, err) : set_trust(transfer, request, err)) ||
        !set_addressee(transfer, request, err)) {
        return false;
    }
    set_limits(transfer, request->limits != NULL ? request->limits : &transfer->client->limits);
    set_method(transfer, request);
    set_habits(transfer);
    return true;
}

int http_transfer_status(const struct http_transfer *transfer)
{
    long status = 0;
    curl_easy_getinfo(transfer->easy, CURLINFO_RESPONSE_CODE, &status);
    return status >= 200 && status <= 999 ? (int)status : 0; /* a 100 is no answer yet */
}

static int64_t retry_after(CURL *easy)
{
    int64_t seconds = 0;
#if LIBCURL_VERSION_NUM >= 0x074200
    curl_off_t wanted = 0;
    if (curl_easy_getinfo(easy, CURLINFO_RETRY_AFTER, &wanted) == CURLE_OK && wanted > 0) {
        seconds = wanted;
    }
#else
    (void)easy;
#endif
    return seconds;
}

static const char *answer_header(const struct http_transfer *transfer)
{
#if LIBCURL_VERSION_NUM >= 0x075400
    struct curl_header *header = NULL;
    if (transfer->answer_header != NULL &&
        curl_easy_header(transfer->easy, transfer->answer_header, 0, CURLH_HEADER, -1, &header) == CURLHE_OK) {
        return header->value;
    }
#endif
    return "";
}

/* Was a connection made, so that the request could begin? */
static bool was_connected(CURL *easy)
{
    double seconds = 0;
    return curl_easy_getinfo(easy, CURLINFO_PRETRANSFER_TIME, &seconds) == CURLE_OK && seconds > 0;
}

static enum http_outcome outcome_of(const struct http_transfer *transfer, CURLcode code, int status)
{
    if (transfer->abandoned) {
        return HTTP_ABANDONED;
    }
    switch (code) {
    case CURLE_OK:
        return status != 0 && transfer->head_ended ? HTTP_ANSWERED : HTTP_BROKEN;
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_PINNEDPUBKEYNOTMATCH:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_ISSUER_ERROR:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CIPHER:
        return HTTP_UNTRUSTED;
    default:
        return was_connected(transfer->easy) ? HTTP_BROKEN : HTTP_UNREACHABLE;
    }
}

static void reason_of(const struct http_transfer *transfer, CURLcode code, struct err *reason)
{
    if (transfer->abandoned) {
        err_set(reason, "given up");
    } else if (transfer->passed_over > PASSED_OVER_MAX) {
        err_set(reason, "an answer without end");
    } else if (code == CURLE_SSL_PINNEDPUBKEYNOTMATCH) {
        err_set(reason, "the server has another key than the certificate that is configured for it");
    } else if (code != CURLE_OK) {
        err_set(reason, "%s", transfer->error[0] != '\0' ? transfer->error : curl_easy_strerror(code));
    } else if (!transfer->head_ended) {
        err_set(reason, "the answer breaks off in its head");
    } else {
        err_set(reason, "answer %d", http_transfer_status(transfer));
    }
}

void http_transfer_report(struct http_transfer *transfer, CURLcode code)
{
    struct err reason;
    int status = http_transfer_status(transfer);
    reason_of(transfer, code, &reason);
    const struct http_result result = {
        .outcome = outcome_of(transfer, code, status),
        .status = status,
        .retry_after_s = retry_after(transfer->easy),
        .skipped = {transfer->skipped, transfer->passed_over < HTTP_SKIPPED_MAX ? transfer->passed_over
                                                                                : HTTP_SKIPPED_MAX},
        .header = answer_header(transfer),
        .timed_out = code == CURLE_OPERATION_TIMEDOUT,
        .answer_ended = code == CURLE_OK,
        .reason = reason.text,
    };
    if (transfer->done != NULL) {
        transfer->done(transfer->context, &result);
    }
}
