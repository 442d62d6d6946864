"""Entries of a config.json that are passed over because they change nothing that is computed here; every other must be read.

They are those of transformers' PreTrainedConfig, of its generation settings, and of its models' training.
"""

FILE = frozenset("""
    _attn_implementation _attn_implementation_autoset _attn_implementation_internal _commit_hash _experts_implementation_internal
    _flash_attn_2_enabled _name_or_path architectures attn_implementation auto_map custom_pipelines dtype experts_implementation
    is_llama_config model_type name_or_path tokenizer_class torch_dtype torchscript transformers.js_config transformers_version
    unsloth_fixed unsloth_version use_bfloat16 use_flash_attention use_flash_attn
""".split())

OUTPUT = frozenset("""
    chunk_size_feed_forward finetuning_task id2label label2id num_labels output_attentions output_hidden_states output_past
    predict_special_tokens problem_type return_dict tf_legacy_loss tie_last_hidden_states use_cache
""".split())

GENERATION = frozenset("""
    bad_words_ids begin_suppress_tokens bos_token_id cache_implementation cls_token_id decoder_start_token_id diversity_penalty do_sample
    early_stopping encoder_no_repeat_ngram_size eos_token_id exponential_decay_length_penalty forced_bos_token_id forced_eos_token_id
    length_penalty max_length max_new_tokens min_length no_repeat_ngram_size num_beam_groups num_beams num_return_sequences output_scores
    pad_token_id prefix remove_invalid_values repetition_penalty return_dict_in_generate sep_token_id suppress_tokens task_specific_params
    temperature top_k top_p typical_p unk_token_id
""".split())

TRAINING = frozenset("""
    attention_dropout attention_probs_dropout_prob attn_pdrop aux_loss_alpha classifier_dropout directionality dropout_rate embd_pdrop
    gradient_checkpointing hidden_dropout hidden_dropout_prob initializer_factor initializer_range output_router_logits pooler_fc_size
    pooler_num_attention_heads pooler_num_fc_layers pooler_size_per_head pooler_type pretraining_tp projector_dropout resid_pdrop
    router_aux_loss_coef router_jitter_noise seq_aux summary_activation summary_first_dropout summary_proj_to_labels summary_type
    summary_use_proj
""".split())

EVERYWHERE = FILE | OUTPUT | GENERATION | TRAINING

IDLE = {  # known, and changing nothing, with one value only
    "add_cross_attention": False,
    "is_decoder": False,
    "is_encoder_decoder": False,
    "lm_head_bias": False,
    "n_special": 0,
    "pruned_heads": {},
    "rope_interleaved": False,
    "tie_encoder_decoder": False,
}

COUNTED = frozenset("""
    _sliding_window_pattern activation_function attention_multiplier attn_logit_softcapping attn_scale attn_temperature_tuning
    compression_config dense_act_fn embedding_multiplier ep_size final_logit_softcapping floor_scale full_attn_mod hidden_act
    hidden_activation initial_context_length interpolate_factor layer_norm_eps layer_norm_epsilon logits_scaling max_position_embeddings
    max_seq_len max_sequence_length model_max_length n_ctx n_group norm_eps norm_topk_prob num_mtp_layers num_nextn_predict_layers
    original_max_position_embeddings partial_rotary_factor position position_embedding_type quantization quantization_config
    query_pre_attn_scalar relative_attention_max_distance reorder_and_upcast_attn residual_multiplier rms_norm_eps rope_interleave
    rope_interleaved rope_local_base_freq rope_parameters rope_scaling rope_theta routed_scaling_factor scale_attn_by_inverse_layer_idx
    scale_attn_weights scoring_func seq_length swiglu_alpha swiglu_limit topk_group topk_method use_mrope
""".split())  # what changes the numbers that come out, and not how many there are to learn or to keep
