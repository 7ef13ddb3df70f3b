-- Texts from phones that come in parts: when they began, and when they were acted upon.

CREATE TABLE mo_text (
  message_key BINARY(32) NOT NULL,  -- of carrier, sender, receiver, reference, its width, total
  carrier VARBINARY(32) NOT NULL,
  phone BIGINT UNSIGNED NOT NULL,
  total TINYINT UNSIGNED NOT NULL,
  begun_at DATETIME(6) NOT NULL,    -- its first part came; a reference comes round again
  done_at DATETIME(6) NULL,         -- kept a while longer, so that a part sent again is known
  PRIMARY KEY (message_key),
  KEY mo_text_phone (phone, begun_at),
  KEY mo_text_waiting (done_at, begun_at)
) ENGINE=InnoDB;

-- A part may be UCS-2 where it came as septets, or a piece of a message_payload.
ALTER TABLE mo_part MODIFY octets VARBINARY(4096) NOT NULL;
